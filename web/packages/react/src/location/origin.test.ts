import { expect, it } from 'vitest';
import { isDashboard } from './origin.js';

const page = { hostname: 'app.example' };

it.each([
  'https://manage.wix.com',
  'https://eu.manage.wix.com',
  'http://127.0.0.1:4100',
  'http://localhost:4100',
  'http://[::1]:4100',
  'http://app.example:4100',
])('%s_is_a_dashboard', (origin) => {
  expect(isDashboard(origin, page)).toBe(true);
});

it.each([
  '',
  '*',
  'null',
  'http://manage.wix.com',
  'https://manage.wix.com.evil.example',
  'https://evilmanage.wix.com',
  'https://a.b.manage.wix.com',
  'https://manage.wix.com/',
  'https://manage.wix.com:8443',
  'https://evil.example',
  'http://127.0.0.1.evil.example',
  'http://localhost.evil.example',
  'http://127.0.0.1:4100/',
  'javascript:alert(1)',
])('%s_is_none', (origin) => {
  expect(isDashboard(origin, page)).toBe(false);
});
