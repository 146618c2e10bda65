import { renderHook } from '@testing-library/react';
import { WixProvider } from '@wixapp/react';
import { startTestServer } from '@wixapp/react/testing';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../messages/useAppMessages';
import { useStepName } from './useStepName';

startTestServer();

describe('the steps of a job', () => {
  it.each([
    ['en', 'Preparing the post', 'Publishing on Bluesky'],
    ['de', 'Der Beitrag wird vorbereitet', 'Wird bei Bluesky veröffentlicht'],
    ['he', 'הפוסט בהכנה', 'מתבצע פרסום ב-Bluesky'],
  ])('are_named_in_the_readers_language: %s', (locale, preparing, publishing) => {
    window.history.replaceState(null, '', `/?instance=tok&locale=${locale}`);
    const { result } = renderHook(useStepName, {
      wrapper: ({ children }) => <WixProvider languages={LANGUAGES}>{children}</WixProvider>,
    });
    expect(result.current('Preparing the post')).toBe(preparing);
    expect(result.current('Publishing on Bluesky')).toBe(publishing);
    expect(result.current('Counting words')).toBe('Counting words');
  });
});
