import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

// The limits only end a test that hangs: a busy machine must not fail one that works.
configure({ asyncUtilTimeout: 15_000 });

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});
