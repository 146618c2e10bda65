import { afterEach, expect, it } from 'vitest';
import { appName } from './appName';

afterEach(() => document.head.replaceChildren());

it('is what the server wrote into the page', () => {
  document.head.innerHTML = '<meta name="application-name" content="Bread &amp; Butter">';
  expect(appName()).toBe('Bread & Butter');
});

it('is that of the reference app where nobody wrote one', () => {
  expect(appName()).toBe('Autopost');
  document.head.innerHTML = '<meta name="application-name" content=" ">';
  expect(appName()).toBe('Autopost');
});
