import { describe, expect, it } from 'vitest';
import { SseParser } from './sse.js';

const parse = (...pieces: string[]) => {
  const parser = new SseParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

describe('SseParser', () => {
  it('reads_an_event_with_its_name_and_data', () => {
    expect(parse('event: job\ndata: {"a":1}\n\n')).toEqual([{ event: 'job', data: '{"a":1}' }]);
  });

  it('gives_the_same_events_wherever_the_stream_is_cut', () => {
    const stream =
      'event: status\r\ndata: first\r\ndata: second\r\n\r\n: note\r\n\r\ndata: x\r\n\r\n';
    const whole = parse(stream);
    expect(whole).toEqual([
      { event: 'status', data: 'first\nsecond' },
      { event: 'message', data: 'x' },
    ]);
    for (let cut = 0; cut <= stream.length; cut += 1) {
      expect(parse(stream.slice(0, cut), stream.slice(cut))).toEqual(whole);
    }
    expect(parse(...stream)).toEqual(whole);
  });

  it('accepts_all_three_line_endings_and_a_byte_order_mark', () => {
    expect(parse('\uFEFFdata: a\r\rdata: b\n\ndata: c\r\n\r\n').map((e) => e.data)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('ignores_comments_unknown_fields_and_events_without_data', () => {
    expect(parse(': keep-alive\n\nid: 7\nretry: 10\n\nevent: bye\n\n')).toEqual([]);
  });

  it('does_not_dispatch_an_unfinished_event', () => {
    expect(parse('event: job\ndata: half')).toEqual([]);
  });

  it('keeps_all_but_the_first_space_of_a_value', () => {
    expect(parse('data:  two\ndata:none\n\n')).toEqual([{ event: 'message', data: ' two\nnone' }]);
  });
});
