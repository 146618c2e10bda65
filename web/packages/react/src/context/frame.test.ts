import { afterEach, describe, expect, it } from 'vitest';
import { keepFrame, readFrame } from './frame.js';

const open = (address: string) => window.history.replaceState(null, '', address);

describe('readFrame', () => {
  afterEach(() => open('/'));

  it('takes_the_token_out_of_the_address_and_leaves_the_rest', () => {
    open('/?instance=sig.payload&locale=de&payment=success&checkout=chk_1#x');
    expect(readFrame(window)).toMatchObject({ token: 'sig.payload', locale: 'de' });
    expect(window.location.href).not.toContain('sig.payload');
    expect(window.location.search).toBe('?locale=de&payment=success&checkout=chk_1');
    expect(window.location.hash).toBe('#x');
  });

  it('finds_the_session_again_when_only_the_frame_is_reloaded', () => {
    open('/?instance=sig.payload&locale=de');
    const first = readFrame(window);
    expect(readFrame(window)).toEqual(first);
  });

  it('prefers_a_fresh_token_over_a_remembered_one', () => {
    open('/?instance=old');
    readFrame(window);
    window.history.replaceState(window.history.state, '', '/?instance=new');
    expect(readFrame(window).token).toBe('new');
  });

  it.each(['/', '/?instance='])('has_no_token_when_opened_as_%s', (address) => {
    open(address);
    expect(readFrame(window).token).toBeNull();
  });

  it('ignores_foreign_history_state', () => {
    window.history.replaceState({ wixapp: { token: 7 } }, '', '/');
    expect(readFrame(window).token).toBeNull();
    window.history.replaceState('text', '', '/');
    expect(readFrame(window).token).toBeNull();
  });

  it('writes_the_token_to_no_storage', () => {
    open('/?instance=sig.payload');
    readFrame(window);
    expect({ ...localStorage, ...sessionStorage }).toEqual({});
    expect(document.cookie).toBe('');
  });
});

describe('keepFrame', () => {
  it('gives_each_entry_of_in_app_navigation_its_copy_and_keeps_the_router_state', () => {
    open('/?instance=sig.payload');
    const end = keepFrame(window, readFrame(window));
    window.history.pushState({ idx: 1 }, '', '/plans');
    expect(window.history.state).toMatchObject({ idx: 1 });
    expect(readFrame(window).token).toBe('sig.payload');
    window.history.replaceState(null, '', '/jobs');
    expect(readFrame(window).token).toBe('sig.payload');
    expect(window.location.pathname).toBe('/jobs');
    end();
    window.history.pushState({ idx: 2 }, '', '/');
    expect(window.history.state).toEqual({ idx: 2 });
  });

  it('without_a_token_there_is_nothing_to_keep', () => {
    open('/');
    keepFrame(window, readFrame(window))();
    window.history.pushState(null, '', '/plans');
    expect(window.history.state).toBeNull();
  });
});
