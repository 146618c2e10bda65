import { ApiError, errorFromReply } from '../api/error.js';
import { authorization, type Transport } from '../api/request.js';
import { backoffMs } from './backoff.js';
import { type ServerSentEvent, SseParser } from './sse.js';

/** `stopped` is final: the server refused the token. `paused` while the tab is hidden. */
export type LiveState = 'connecting' | 'open' | 'down' | 'paused' | 'stopped';

/** The server sends a comment every 15 s; after two missed ones the connection counts as dead. */
export const SILENCE_LIMIT_MS = 40_000;
const GOODBYE_WAIT_MS = 1_000;

export interface LiveStreamOptions {
  transport: Transport;
  path: string;
  onEvent(event: ServerSentEvent): void;
  onState(state: LiveState): void;
  /** The server refused the page's token; the stream does not try again. */
  onRefused(error: ApiError): void;
  random?: () => number;
}

/** A server-sent event stream over `fetch` that reconnects by itself until `close`. */
export class LiveStream {
  readonly #options: LiveStreamOptions;
  #connection: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #state: LiveState = 'paused';

  constructor(options: LiveStreamOptions) {
    this.#options = options;
  }

  get state(): LiveState {
    return this.#state;
  }

  /** Connects at once; does nothing while connected or after the server refused the token. */
  open(): void {
    if (this.#connection !== null || this.#state === 'stopped') return;
    clearTimeout(this.#timer);
    const connection = new AbortController();
    this.#connection = connection;
    this.#enter('connecting');
    void this.#run(connection);
  }

  /** Drops the connection and any waiting attempt, until the next `open`. */
  close(): void {
    clearTimeout(this.#timer);
    this.#connection?.abort();
    this.#connection = null;
    this.#failures = 0;
    if (this.#state !== 'stopped') this.#enter('paused');
  }

  async #run(connection: AbortController): Promise<void> {
    const ending = await this.#read(connection).catch(asEnding);
    // Another `open` or a `close` has taken over: this connection has nothing more to say.
    if (this.#connection !== connection) return;
    this.#connection = null;
    connection.abort();
    if (ending.refused !== undefined) {
      this.#enter('stopped');
      this.#options.onRefused(ending.refused);
      return;
    }
    this.#enter('down');
    this.#timer = setTimeout(() => this.open(), this.#wait(ending));
  }

  #wait(ending: Ending): number {
    const random = this.#options.random ?? Math.random;
    if (ending.goodbye) return Math.round(GOODBYE_WAIT_MS * random());
    const backoff = backoffMs(this.#failures, random);
    this.#failures += 1;
    return Math.max(backoff, ending.retryAfterMs ?? 0);
  }

  async #read(connection: AbortController): Promise<Ending> {
    const { transport, path } = this.#options;
    const silence = new SilenceAlarm(() => connection.abort());
    try {
      const response = await transport.fetch(transport.baseUrl + path, {
        headers: { accept: 'text/event-stream', ...authorization(transport) },
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
        signal: connection.signal,
      });
      if (!response.ok || response.body === null) throw await refusal(response);
      return await this.#consume(response.body, connection, silence);
    } finally {
      silence.stop();
    }
  }

  async #consume(
    body: ReadableStream<Uint8Array>,
    connection: AbortController,
    silence: SilenceAlarm,
  ): Promise<Ending> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parser = new SseParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (this.#connection !== connection || done) return {};
      silence.reset();
      this.#opened();
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        if (event.event === 'bye') return { goodbye: true };
        this.#options.onEvent(event);
      }
    }
  }

  #opened(): void {
    this.#failures = 0;
    if (this.#state !== 'open') this.#enter('open');
  }

  #enter(state: LiveState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState(state);
  }
}

interface Ending {
  goodbye?: boolean;
  refused?: ApiError;
  retryAfterMs?: number | undefined;
}

function asEnding(cause: unknown): Ending {
  if (!(cause instanceof ApiError)) return {};
  if (cause.isSessionOver || cause.isForbidden) return { refused: cause };
  return { retryAfterMs: cause.retryAfterMs };
}

async function refusal(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  return errorFromReply(response, body);
}

class SilenceAlarm {
  readonly #onSilence: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
    this.reset();
  }

  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onSilence, SILENCE_LIMIT_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
