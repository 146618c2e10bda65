import { createFormat } from '@wixapp/react';
import { sharedTexts, textsOf } from '@wixapp/react/testing';
import { expect, it } from 'vitest';
import { de as autopostDe } from './autopost/de';
import { en as autopostEn } from './autopost/en';
import { he as autopostHe } from './autopost/he';
import { de } from './de';
import { en } from './en';
import { he } from './he';

const english = en(createFormat('en'));
const autopostEnglish = autopostEn(createFormat('en'));
const paths = (texts: unknown) => textsOf(texts).map(([path]) => path);

it.each([
  ['de', de(createFormat('de')), ['plan.upgrade']],
  ['he', he(createFormat('he')), []],
])('%s has a text of its own for everything', (_, texts, sameWord: string[]) => {
  // The app's name is the same everywhere.
  const names = ['app.name', 'app.documentTitle'];
  expect(sharedTexts(english, texts)).toEqual([...names, ...sameWord]);
  expect(new Set(paths(texts))).toEqual(new Set(paths(english)));
});

it.each([
  ['de', autopostDe(createFormat('de'))],
  ['he', autopostHe(createFormat('he'))],
])('%s has a text of its own for everything about posts', (_, texts) => {
  // Names of companies are the same everywhere.
  const names = ['networkNames.mastodon', 'networkNames.bluesky', 'networkNames.ayrshare'];
  expect(sharedTexts(autopostEnglish, texts)).toEqual(names);
  expect(new Set(paths(texts))).toEqual(new Set(paths(autopostEnglish)));
});
