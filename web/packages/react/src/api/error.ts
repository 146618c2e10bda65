import type { ErrorBody } from './types.js';

interface ApiErrorInit {
  code: string;
  message: string;
  status?: number;
  hint?: string | undefined;
  details?: Record<string, unknown> | undefined;
  requestId?: string | undefined;
  retryAfterMs?: number | undefined;
}

/** A failed call of the app's server. Ask the predicates instead of comparing codes. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** Stable code of the server, or `network`, `timeout`, `bad_response` for failures on the way. */
  readonly code: string;
  /** HTTP status; 0 when no answer arrived. */
  readonly status: number;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown> | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(init: ApiErrorInit) {
    super(init.message);
    this.code = init.code;
    this.status = init.status ?? 0;
    this.hint = init.hint;
    this.details = init.details;
    this.requestId = init.requestId;
    this.retryAfterMs = init.retryAfterMs;
  }

  /** The instance token is no longer valid: the page has to be loaded again by Wix. */
  get isSessionOver(): boolean {
    return this.status === 401;
  }

  get isForbidden(): boolean {
    return this.status === 403;
  }

  get isNotFound(): boolean {
    return this.status === 404;
  }

  /** No answer arrived: the browser is offline or the server cannot be reached. */
  get isOffline(): boolean {
    return this.code === 'network' || this.code === 'timeout';
  }

  get isInsufficientCredits(): boolean {
    return this.code === 'insufficient_credits';
  }

  /** Whether the same request may succeed a little later. */
  get isRetryable(): boolean {
    return this.isOffline || this.status === 429 || this.status >= 500;
  }
}

/** Reads `Retry-After` in both of its forms (seconds, HTTP date). */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** Builds the error of a reply that carries the server's error wrapper, or of any other failed reply. */
export function errorFromReply(response: Response, body: unknown): ApiError {
  const wait = retryAfterMs(response.headers.get('retry-after'), Date.now());
  if (isErrorBody(body)) {
    return new ApiError({
      code: body.error,
      message: body.message,
      status: response.status,
      hint: body.hint ?? undefined,
      details: body.details ?? undefined,
      requestId: body.requestId ?? response.headers.get('x-request-id') ?? undefined,
      retryAfterMs: wait,
    });
  }
  return new ApiError({
    code: 'bad_response',
    message: `The server answered with status ${response.status}.`,
    status: response.status,
    requestId: response.headers.get('x-request-id') ?? undefined,
    retryAfterMs: wait,
  });
}

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== 'object' || body === null) return false;
  const candidate = body as Record<string, unknown>;
  return typeof candidate.error === 'string' && typeof candidate.message === 'string';
}
