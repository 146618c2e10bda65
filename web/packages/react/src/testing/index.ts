export * from './fixtures';
export * from './render';
export * from './server';
export * from './texts';
