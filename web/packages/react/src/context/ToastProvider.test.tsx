import { act } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeClock, renderInWix } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { TOAST_VISIBLE_MS, useToast } from './ToastProvider.js';

startTestServer();

describe('useToast', () => {
  beforeEach(() => fakeClock());
  const texts = (api: ReturnType<typeof useToast>) => api.toasts.map((toast) => toast.text);

  it('takes_a_message_away_by_itself_but_keeps_an_error', async () => {
    const { result } = renderInWix(useToast);
    act(() => {
      result.current.show('Saved', 'success');
      result.current.show('Broken', 'error');
    });
    expect(texts(result.current)).toEqual(['Saved', 'Broken']);
    await act(() => vi.advanceTimersByTimeAsync(TOAST_VISIBLE_MS));
    expect(texts(result.current)).toEqual(['Broken']);
    act(() => result.current.dismiss(result.current.toasts[0]?.id ?? 0));
    expect(texts(result.current)).toEqual([]);
  });

  it('shows_only_the_newest_three', () => {
    const { result } = renderInWix(useToast);
    act(() => {
      for (const text of ['1', '2', '3', '4']) result.current.show(text, 'error');
    });
    expect(texts(result.current)).toEqual(['2', '3', '4']);
  });
});
