import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ApiError } from '../api/error.js';
import type { ServerSentEvent } from './sse.js';
import { type LiveState, LiveStream, SILENCE_LIMIT_MS } from './stream.js';

/** A server whose answers the test gives one by one. */
class Wire {
  readonly requests: { headers: Record<string, string>; signal: AbortSignal }[] = [];
  readonly bodies: ReadableStreamDefaultController<Uint8Array>[] = [];
  answer: () => Response | Promise<Response> = () => this.stream();

  readonly fetch = (async (_input, init) => {
    const { headers, signal } = init as { headers: Record<string, string>; signal: AbortSignal };
    this.requests.push({ headers, signal });
    const response = await this.answer();
    signal.addEventListener('abort', () => {
      try {
        this.bodies.at(-1)?.error(new DOMException('aborted', 'AbortError'));
      } catch {
        // Already closed by the test.
      }
    });
    return response;
  }) as typeof fetch;

  stream(): Response {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void this.bodies.push(controller),
    });
    return new Response(body, { status: 200 });
  }

  say(text: string): void {
    this.bodies.at(-1)?.enqueue(new TextEncoder().encode(text));
  }

  end(): void {
    this.bodies.at(-1)?.close();
  }
}

describe('LiveStream', () => {
  let wire: Wire;
  let states: LiveState[];
  let events: ServerSentEvent[];
  let refused: ApiError | null;
  let stream: LiveStream;
  const settle = () => vi.advanceTimersByTimeAsync(0);

  beforeEach(() => {
    vi.useFakeTimers();
    wire = new Wire();
    states = [];
    events = [];
    refused = null;
    stream = new LiveStream({
      transport: { baseUrl: '', getToken: () => 'tok', fetch: wire.fetch },
      path: '/live',
      onEvent: (event) => events.push(event),
      onState: (state) => states.push(state),
      onRefused: (error) => {
        refused = error;
      },
      random: () => 1,
    });
  });

  it('sends_the_token_as_a_header_and_delivers_events', async () => {
    stream.open();
    await settle();
    wire.say('event: job\ndata: {}\n\n');
    await settle();
    expect(wire.requests[0]?.headers.authorization).toBe('WixInstance tok');
    expect(events).toEqual([{ event: 'job', data: '{}' }]);
    expect(states).toEqual(['connecting', 'open']);
  });

  it('delivers_a_letter_whose_bytes_arrive_in_two_pieces', async () => {
    stream.open();
    await settle();
    const bytes = new TextEncoder().encode('data: é\n\n');
    wire.bodies[0]?.enqueue(bytes.slice(0, 7));
    await settle();
    wire.bodies[0]?.enqueue(bytes.slice(7));
    await settle();
    expect(events[0]?.data).toBe('é');
  });

  it('waits_longer_after_each_failure_and_forgets_failures_once_data_came', async () => {
    wire.answer = () => Promise.reject(new TypeError('refused'));
    stream.open();
    await settle();
    expect(states).toEqual(['connecting', 'down']);
    await vi.advanceTimersByTimeAsync(499);
    expect(wire.requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(wire.requests).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(999);
    expect(wire.requests).toHaveLength(2);
    wire.answer = () => wire.stream();
    await vi.advanceTimersByTimeAsync(1);
    wire.say(': hi\n\n');
    await settle();
    expect(stream.state).toBe('open');
    wire.end();
    await settle();
    await vi.advanceTimersByTimeAsync(500);
    expect(wire.requests).toHaveLength(4);
  });

  it('comes_back_soon_after_a_goodbye', async () => {
    stream.open();
    await settle();
    wire.say('event: bye\ndata: {}\n\n');
    await settle();
    expect(stream.state).toBe('down');
    expect(events).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(wire.requests).toHaveLength(2);
  });

  it('asks_again_after_a_token_ran_out_and_stops_when_there_is_no_newer_one', async () => {
    stream.open();
    await settle();
    const refusal = {
      success: false,
      error: 'token_expired',
      message: 'Your session has expired.',
    };
    wire.answer = () => Response.json(refusal, { status: 401 });
    wire.say('event: bye\ndata: {"reason":"token_expired"}\n\n');
    await vi.advanceTimersByTimeAsync(120_000);
    expect(wire.requests).toHaveLength(2);
    expect(stream.state).toBe('stopped');
    expect(refused).toMatchObject({ status: 401, code: 'token_expired' });
  });

  it('gives_up_a_connection_that_went_silent', async () => {
    stream.open();
    await settle();
    wire.say(': keep-alive\n\n');
    await vi.advanceTimersByTimeAsync(SILENCE_LIMIT_MS - 1);
    expect(stream.state).toBe('open');
    await vi.advanceTimersByTimeAsync(1);
    expect(wire.requests[0]?.signal.aborted).toBe(true);
    expect(stream.state).toBe('down');
  });

  it('waits_as_long_as_a_busy_server_asks', async () => {
    wire.answer = () => new Response('{}', { status: 429, headers: { 'retry-after': '7' } });
    stream.open();
    await vi.advanceTimersByTimeAsync(6_999);
    expect(wire.requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(wire.requests).toHaveLength(2);
  });

  it.each([401, 403])('stops_for_good_when_the_server_answers_%i', async (status) => {
    wire.answer = () => new Response('{}', { status });
    stream.open();
    await vi.advanceTimersByTimeAsync(120_000);
    stream.open();
    await settle();
    expect(wire.requests).toHaveLength(1);
    expect(stream.state).toBe('stopped');
    expect(refused).toMatchObject({ status });
  });

  it('drops_the_connection_when_closed_and_ignores_its_late_events', async () => {
    stream.open();
    await settle();
    wire.say(': hi\n\n');
    await settle();
    stream.close();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(wire.requests).toHaveLength(1);
    expect(wire.requests[0]?.signal.aborted).toBe(true);
    expect(states.at(-1)).toBe('paused');
  });

  it('uses_one_connection_when_opened_twice', async () => {
    stream.open();
    stream.open();
    await settle();
    expect(wire.requests).toHaveLength(1);
  });
});
