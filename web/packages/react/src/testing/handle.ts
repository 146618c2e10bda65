import { type HttpHandler, HttpResponse, http } from 'msw';
import type { LiveData } from '../api/generated/index.js';
import { type Operations, operations } from '../api/generated/operations.gen.js';
import type { ErrorBody } from '../api/types.js';
import { type ErrorCode, STATUSES } from './refusals.js';

declare const SAYS: unique symbol;
declare const IS: unique symbol;

/** A success that carries such data. */
export interface Good<T> extends Response {
  readonly [SAYS]: T;
}

/** An answer that fits every call: a refusal, none at all, or one that no server should give. */
export interface Other extends Response {
  readonly [IS]: 'other';
}

/** What a handler may answer; without an answer the next handler is asked. */
export type Answer<T> = Good<T> | Other | undefined;

/** What a page asked. */
export interface Asked<Path, Body> {
  readonly request: Request;
  readonly params: Path;
  readonly query: URLSearchParams;
  /** As it was sent: JSON is read, anything else is text. */
  readonly body: Body;
}

export type Answering<Path, Body, Data> = (
  asked: Asked<Path, Body>,
) => Answer<Data> | Promise<Answer<Data>>;

export interface HandleOptions<Path> {
  /** Only the call for this one; any other is left to the next handler. */
  at?: Path;
  /** Only the first call. */
  once?: boolean;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As the API document spells it, such as `/api/v1/wix/jobs/{jobId}`. */
  readonly path: string;
}

type Name = keyof Operations;
type PathOf<N extends Name> = NonNullable<Operations[N]['input']['path']>;
type BodyOf<N extends Name> = Operations[N]['input']['body'];
type DataOf<N extends Name> = Operations[N]['answer']['data'];

/** Answers an operation of the API document, whose types both sides have to keep. */
export function on<N extends Name>(
  name: N,
  answering: Answering<PathOf<N>, BodyOf<N>, DataOf<N>>,
  options: HandleOptions<PathOf<N>> = {},
): HttpHandler {
  return handle(operations[name], answering, options);
}

const LIVE: LiveData['url'] = '/api/v1/wix/live';

/** Answers the live stream, which is no JSON. */
export function onLive(answering: (request: Request) => Response | undefined): HttpHandler {
  return http.get(`*${LIVE}`, ({ request }) => answering(request));
}

/** Answers a route whose types the caller knows. */
export function handle<Path, Body, Data>(
  { method, path }: Route,
  answering: Answering<Path, Body, Data>,
  { at, once = false }: HandleOptions<Path> = {},
): HttpHandler {
  const wanted: Record<string, unknown> = { ...at };
  const address = path.replace(/\{(\w+)\}/g, (_, key: string) => String(wanted[key] ?? `:${key}`));
  const verb = method.toLowerCase() as Lowercase<Route['method']>;
  return http[verb](
    `*${address}`,
    async ({ request, params }) =>
      answering({
        request,
        params: { ...params, ...at } as Path,
        query: new URL(request.url).searchParams,
        body: (await read(request.clone())) as Body,
      }),
    { once },
  );
}

async function read(request: Request): Promise<unknown> {
  const text = await request.text();
  const isJson = request.headers.get('content-type') === 'application/json';
  return isJson ? JSON.parse(text) : text;
}

/** What was asked for: its type is the one of the operation that it answers. */
export function ok<T>(data: NoInfer<T>, status = 200): Good<T> {
  return HttpResponse.json({ success: true, data } as object, { status }) as Response as Good<T>;
}

/** Done, and nothing to say about it. */
export function nothing(): Good<void> {
  return new HttpResponse(null, { status: 204 }) as Response as Good<void>;
}

/** A refusal with its code, under the status that belongs to it. */
export function fail(code: ErrorCode, message?: string): Other {
  return refusal(STATUSES[code], { error: code, message });
}

type Refusal = Pick<ErrorBody, 'error' | 'details'> & { message?: string | undefined };

/** A refusal with a code that only an app's own routes know. */
export function refusal(
  status: number,
  { error, message = 'It did not work.', details = null }: Refusal,
): Other {
  const body: ErrorBody = { success: false, error, message, details, requestId: 'req_7' };
  return raw(HttpResponse.json(body, { status }));
}

/** An answer as it is, of no promised type: a file, or what a broken server may send. */
export function raw(response: Response): Other {
  return response as Other;
}

/** No answer: the network is lost on the way. */
export function lost(): Other {
  return raw(HttpResponse.error());
}
