/** Where the app's page is inside its own part of the dashboard: what stands behind `…/app/{appId}`. */
export interface Place {
  pathname: string;
  search: string;
  hash: string;
}

/** An address is for people; what is longer is refused. */
const MAX_LENGTH = 2_000;

/** What the dashboard itself gives the frame, and tokens by their usual names: never part of an address that is shared. */
const NEVER: readonly string[] = [
  'instance',
  'locale',
  'origin',
  'siteUrl',
  'viewMode',
  'token',
  'access_token',
  'accessToken',
];

/** The segments of `/dashboard/{siteId}/app/{appId}`, with the empty one before the first slash. */
const OWN_SEGMENTS = 5;

/** One name between two slashes. What a server could decode into another folder or host is none. */
function isSegment(segment: string): boolean {
  try {
    const text = decodeURIComponent(segment);
    const isPlain = !/[/\\\p{Cc}]|%(?:2e|2f|5c)/iu.test(text);
    return isPlain && !['', '.', '..'].includes(text);
  } catch {
    return false;
  }
}

function isPath(pathname: string): boolean {
  if (pathname.length > MAX_LENGTH) return false;
  return pathname === '/' || pathname.split('/').slice(1).every(isSegment);
}

/** As it was written, unless something has to go. */
function without(search: string, names: readonly string[]): string {
  const params = new URLSearchParams(search);
  if (!names.some((name) => params.has(name))) return search === '?' ? '' : search;
  for (const name of names) params.delete(name);
  return params.size === 0 ? '' : `?${params}`;
}

/** The place of the app that an address of the dashboard names; null where it can be none. */
export function placeIn({ pathname, search, hash }: Place): Place | null {
  const rest = pathname.split('/').slice(OWN_SEGMENTS).join('/').replace(/\/$/, '');
  const path = `/${rest}`;
  return isPath(path) ? { pathname: path, search: without(search, NEVER), hash } : null;
}

/** What an app gives as `relativeUrl`. Throws where that leads out of its part of the dashboard. */
export function parsePlace(relativeUrl: unknown): Place {
  const text = typeof relativeUrl === 'string' ? relativeUrl : '';
  const [path = ''] = text.split(/[?#]/);
  const written = path === '' || path.startsWith('/') ? path : `/${path}`;
  const isFine = text.length <= MAX_LENGTH && isPath(written.replace(/(.)\/$/, '$1') || '/');
  if (!isFine) throw new Error('The `relativeUrl` must stay within the app’s own page.');
  const { pathname, search, hash } = new URL(written + text.slice(path.length), 'http://place/');
  const own = pathname.replace(/(.)\/$/, '$1');
  return { pathname: own, search: without(search, NEVER), hash };
}

/** What stands behind the address of the app's page in the dashboard. */
export function addressOf({ pathname, search, hash }: Place): string {
  return `${pathname === '/' ? '' : pathname}${search}${hash}`;
}

export function isSame(one: Place, other: Place): boolean {
  return addressOf(one) === addressOf(other);
}

/** The frame's address at a place: the signed address of the app's page, which has the search already, with the path. */
export function frameAt(url: string, { pathname, hash }: Place): string {
  const address = new URL(url);
  const base = address.pathname.replace(/\/$/, '');
  if (pathname !== '/') address.pathname = `${base}${pathname}`;
  address.hash = hash;
  return address.href;
}
