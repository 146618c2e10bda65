import { HttpResponse, http, type JsonBodyType } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { LiveEventName, UserStatus } from '../api/types.js';
import { aPlanList, aStatus, theNotices, thePublicPlans } from './fixtures.js';

export const api = (path: string) => `*/api/v1/wix${path}`;
export const ok = (data: JsonBodyType, status = 200) =>
  HttpResponse.json({ success: true, data }, { status });
export const fail = (status: number, error: string, message = 'It did not work.') =>
  HttpResponse.json({ success: false, error, message, requestId: 'req_7' }, { status });

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
  readonly biEvents: unknown[] = [];
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
      http.get(api('/user/status'), ({ request }) => {
        this.polls += 1;
        this.authorizations.push(request.headers.get('authorization'));
        return ok(this.status as unknown as JsonBodyType);
      }),
      http.get(api('/billing/plans'), () =>
        ok(aPlanList(this.status.plan.id) as unknown as JsonBodyType),
      ),
      http.get(api('/billing/public-plans'), () => ok(thePublicPlans() as unknown as JsonBodyType)),
      http.post(api('/bi-event'), async ({ request }) => {
        this.biEvents.push(await request.json());
        return ok({ reported: true });
      }),
      http.get(api('/credits/history'), () => ok({ entries: [], nextCursor: null })),
      http.get(api('/jobs'), () => ok({ jobs: [], nextCursor: null })),
      http.get(api('/settings/notices'), () => ok(theNotices() as unknown as JsonBodyType)),
      http.get(api('/billing/top-ups'), () => ok({ currency: 'USD', topUps: [] })),
      http.get(api('/live'), ({ request }) => this.#connect(request.signal)),
    );
  }

  #connect(signal: AbortSignal): Response {
    this.connections += 1;
    if (!this.streamWorks) return fail(503, 'unavailable');
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
    return new HttpResponse(body, { headers: { 'content-type': 'text/event-stream' } });
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
