/** Set by curl from the address and the body. */
const OWN_HEADERS = new Set(['host', 'content-length', 'connection', 'accept-encoding']);

/** One POSIX shell word, whatever the text holds. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export interface Request {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | null;
}

/**
 * A request as a command that sends it again as it is shown: a webhook byte for byte. The
 * platform cuts tokens and secrets out of calls of its API; they have to be put in again.
 */
export function toCurl({ method, url, headers, body }: Request): string {
  const words = Object.entries(headers)
    .filter(([name]) => !OWN_HEADERS.has(name.toLowerCase()))
    .map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  const data = body === null ? [] : [`--data-raw ${quote(body)}`];
  return [`curl -i -X ${quote(method)} ${quote(url)}`, ...words, ...data].join(' \\\n  ');
}
