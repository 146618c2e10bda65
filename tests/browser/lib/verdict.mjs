// What holds for every page of a test, whatever the test was about.
import assert from 'node:assert/strict';
import { it } from 'node:test';

/**
 * Ends a test's pages: its last words on all that was seen of them.
 * @param {() => { album: import('./browser.mjs').Album, watcher?: import('./watcher.mjs').Watcher }} seen
 */
export function verdict(seen) {
  it('no page reported an error or asked another machine for anything', () => {
    assert.deepEqual(seen().watcher?.problems ?? [], []);
  });

  it('no page has a serious accessibility problem', () => {
    assert.deepEqual([...new Set(seen().album.findings)], []);
  });

  it('no page shows anything that is cut, covered or empty', () => {
    assert.deepEqual(seen().album.flaws, []);
  });
}
