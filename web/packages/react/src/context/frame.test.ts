import { afterEach, describe, expect, it } from 'vitest';
import { readFrame, rememberFrame } from './frame';

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

describe('rememberFrame', () => {
  it('gives_the_entry_of_an_in_app_navigation_its_copy_and_keeps_the_router_state', () => {
    open('/?instance=sig.payload');
    const frame = readFrame(window);
    window.history.pushState({ idx: 1 }, '', '/plans');
    rememberFrame(window, frame);
    expect(window.history.state).toMatchObject({ idx: 1 });
    expect(readFrame(window).token).toBe('sig.payload');
    expect(window.location.pathname).toBe('/plans');
  });
});
