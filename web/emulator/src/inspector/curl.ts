import type { DeliveryDetail } from '../api/types';

/** Set by curl from the address and the body. */
const OWN_HEADERS = new Set(['host', 'content-length', 'connection', 'accept-encoding']);

/** One POSIX shell word, whatever the text holds. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

type Request = Pick<DeliveryDetail, 'requestUrl' | 'requestHeaders'> & { requestBody: string };

/** The delivery's request as a command that sends it again, byte for byte. */
export function toCurl(request: Request): string {
  const headers = Object.entries(request.requestHeaders)
    .filter(([name]) => !OWN_HEADERS.has(name.toLowerCase()))
    .map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  return [
    `curl -i -X POST ${quote(request.requestUrl)}`,
    ...headers,
    `--data-raw ${quote(request.requestBody)}`,
  ].join(' \\\n  ');
}
