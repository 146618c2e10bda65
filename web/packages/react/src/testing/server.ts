import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { BiEvent, LiveEventName, UserStatus } from '../api/types.js';
import { aPlanList, aStatus, theNotices, thePublicPlans } from './fixtures.js';
import { fail, ok, on, onLive } from './handle.js';

/** A server of the app in memory, with a live stream that the test speaks through. */
export class TestServer {
  readonly msw = setupServer();
  status: UserStatus = aStatus();
  /** How often the status was polled. */
  polls = 0;
  /** How often a live stream was opened. */
  connections = 0;
  /** Answers new streams with 503 while false. */
  streamWorks = true;
  readonly authorizations: (string | null)[] = [];
  /** The events that pages reported. */
  readonly biEvents: BiEvent[] = [];
  #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();

  send(event: LiveEventName, data: unknown): void {
    this.sendRaw(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  sendRaw(text: string): void {
    for (const stream of this.#streams) stream.enqueue(new TextEncoder().encode(text));
  }

  /** Ends all streams as a restarting server does. */
  drop(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
  }

  reset(): void {
    this.status = aStatus();
    this.polls = 0;
    this.connections = 0;
    this.streamWorks = true;
    this.authorizations.length = 0;
    this.biEvents.length = 0;
    this.#streams.clear();
    this.msw.resetHandlers(
      on('userStatus', ({ request }) => {
        this.polls += 1;
        this.authorizations.push(request.headers.get('authorization'));
        return ok(this.status);
      }),
      on('billingPlans', () => ok(aPlanList(this.status.plan.id))),
      on('billingPublicPlans', () => ok(thePublicPlans())),
      on('biEvent', ({ body }) => {
        this.biEvents.push(body);
        return ok({ reported: true });
      }),
      on('creditsHistory', () => ok({ entries: [], nextCursor: null })),
      on('jobsList', () => ok({ jobs: [], nextCursor: null })),
      on('settingsNotices', () => ok(theNotices())),
      on('billingTopUps', () => ok({ currency: 'USD', topUps: [] })),
      onLive(({ signal }) => this.#connect(signal)),
    );
  }

  #connect(signal: AbortSignal): Response {
    this.connections += 1;
    if (!this.streamWorks) return fail('unavailable');
    let mine: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        mine = controller;
        this.#streams.add(controller);
        controller.enqueue(
          new TextEncoder().encode(`event: status\ndata: ${JSON.stringify(this.status)}\n\n`),
        );
      },
      cancel: () => void (mine && this.#streams.delete(mine)),
    });
    signal.addEventListener('abort', () => void (mine && this.#streams.delete(mine)));
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }
}

/** Starts a test server for the tests of one file. */
export function startTestServer(): TestServer {
  const server = new TestServer();
  beforeAll(() => server.msw.listen({ onUnhandledRequest: 'error' }));
  beforeEach(() => server.reset());
  afterEach(() => {
    window.history.replaceState(null, '', '/');
    window.sessionStorage.clear();
  });
  afterAll(() => server.msw.close());
  return server;
}
