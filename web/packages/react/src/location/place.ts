/** Where a page is, in one form: path, search and hash. */
export type Place = string;

/** An address is for people; the dashboard is not told of a longer one. */
export const MAX_PLACE = 2_000;

/** Tokens, by their usual names: never part of an address that is shared. */
const SECRET: readonly string[] = ['instance', 'token', 'access_token', 'accessToken'];

interface Parts {
  pathname: string;
  search: string;
  hash: string;
}

/** Without the parameters named in `hidden`, which only this one frame has, and without tokens. */
export function placeOf(parts: Parts, hidden: ReadonlySet<string> = new Set()): Place {
  const params = new URLSearchParams(parts.search);
  for (const name of [...params.keys()]) {
    if (hidden.has(name) || SECRET.includes(name)) params.delete(name);
  }
  const search = params.size === 0 ? '' : `?${params}`;
  return pathOf(parts.pathname) + search + parts.hash;
}

/** With one slash before it and none behind: what the other side gives can lead to no other host. */
export function pathOf(pathname: string): string {
  return `/${pathname.replace(/^[/\\]+|[/\\]+$/g, '')}`;
}
