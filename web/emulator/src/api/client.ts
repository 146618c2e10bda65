const BASE = '/_emulator';
const READ_DEADLINE_MS = 15_000;

/** A refusal by the local platform, or no answer at all (`code` `unreachable`, `status` 0). */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

interface ErrorBody {
  error: string;
  message: string;
}

function isErrorBody(value: unknown): value is ErrorBody {
  return (
    typeof value === 'object' &&
    value !== null &&
    'error' in value &&
    typeof value.error === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

async function refusal(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  if (isErrorBody(body)) return new ApiError(response.status, body.error, body.message);
  return new ApiError(
    response.status,
    'unexpected_answer',
    `The local platform answered with status ${response.status}.`,
  );
}

async function send<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`${BASE}/${path}`, { ...init, cache: 'no-store' });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, 'unreachable', 'The local platform does not answer. Is it running?');
  }
  if (!response.ok) throw await refusal(response);
  return (await response.json()) as T;
}

function withDeadline(signal: AbortSignal | undefined): AbortSignal {
  const deadline = AbortSignal.timeout(READ_DEADLINE_MS);
  return signal ? AbortSignal.any([signal, deadline]) : deadline;
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return send<T>(path, { signal: withDeadline(signal), headers: { Accept: 'application/json' } });
}

/** No deadline: moving the clock waits for every delivery that falls due on the way. */
export function post<T>(path: string, body: unknown = {}): Promise<T> {
  return send<T>(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Emulator': '1' },
    body: JSON.stringify(body),
  });
}

/** One path segment made safe for a URL. */
export const segment = encodeURIComponent;
