import { ApiError, errorFromReply } from './error.js';

/** How long a call may take before it counts as unanswered. */
export const REQUEST_TIMEOUT_MS = 15_000;

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: unknown;
  /** A file sent as it is, under its own media type, in place of `body`. */
  file?: Blob;
  /** Sent as `Idempotency-Key`: the same key never acts twice. */
  idempotencyKey?: string;
  signal?: AbortSignal | undefined;
  /** Media type of the answer; JSON when left out. */
  accept?: string;
  /** How long the answer may take, in milliseconds; 15,000 when left out. */
  timeoutMs?: number;
}

export interface Transport {
  /** Origin and prefix before every path; empty for the page's own origin. */
  baseUrl: string;
  getToken(): string | null;
  fetch: typeof fetch;
}

export function authorization(transport: Transport): Record<string, string> {
  const token = transport.getToken();
  if (token === null) return {};
  // An instance token has exactly two parts; the dashboard SDK's access tokens have more.
  const scheme = token.split('.').length > 2 ? 'Bearer' : 'WixInstance';
  return { authorization: `${scheme} ${token}` };
}

/**
 * One call of the JSON API: unwraps `{success, data}` and turns every failure into an `ApiError`. An answer without
 * content (204) is undefined.
 */
export async function request<T>(
  transport: Transport,
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const { response, text } = await send(transport, path, options);
  if (response.status === 204) return undefined as T;
  const body = parseJson(text);
  if (!response.ok) throw errorFromReply(response, body);
  if (!isSuccess(body)) throw errorFromReply(response, null);
  return body.data as T;
}

/** One call whose answer is a file; a failure is an `ApiError` as everywhere. */
export async function requestFile(
  transport: Transport,
  path: string,
  options: RequestOptions & { accept: string },
): Promise<string> {
  const { response, text } = await send(transport, path, options);
  if (!response.ok) throw errorFromReply(response, parseJson(text));
  return text;
}

interface Answer {
  response: Response;
  text: string;
}

async function send(transport: Transport, path: string, options: RequestOptions): Promise<Answer> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), options.timeoutMs ?? REQUEST_TIMEOUT_MS);
  const cancel = () => deadline.abort();
  options.signal?.addEventListener('abort', cancel);
  try {
    const response = await transport.fetch(transport.baseUrl + path, {
      method: options.method ?? 'GET',
      headers: headersOf(transport, options),
      body: bodyOf(options),
      // Third-party cookies do not exist in the frame, and the page's address never belongs in a log.
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      signal: deadline.signal,
    });
    return { response, text: await response.text() };
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw unanswered(deadline.signal.aborted);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', cancel);
  }
}

function bodyOf({ body, file }: RequestOptions): BodyInit | null {
  if (file !== undefined) return file;
  return body === undefined ? null : JSON.stringify(body);
}

function headersOf(transport: Transport, options: RequestOptions): Record<string, string> {
  return {
    accept: options.accept ?? 'application/json',
    ...authorization(transport),
    ...contentType(options),
    ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
  };
}

function contentType({ body, file }: RequestOptions): Record<string, string> {
  if (file !== undefined) return { 'content-type': file.type || 'application/octet-stream' };
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

function unanswered(timedOut: boolean): ApiError {
  return timedOut
    ? new ApiError({ code: 'timeout', message: 'The server did not answer in time.' })
    : new ApiError({ code: 'network', message: 'The server could not be reached.' });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isSuccess(body: unknown): body is { success: true; data: unknown } {
  return typeof body === 'object' && body !== null && 'success' in body && body.success === true;
}
