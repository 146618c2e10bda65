export * from './fixtures.js';
export * from './handle.js';
export * from './refusals.js';
export * from './render.js';
export * from './server.js';
export * from './texts.js';
