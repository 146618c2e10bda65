export interface ServerSentEvent {
  event: string;
  data: string;
}

/**
 * Incremental parser of `text/event-stream` (WHATWG HTML §9.2.6) for streams read with `fetch`:
 * `EventSource` cannot send the `Authorization` header. Event ids are not used by our server and ignored.
 */
export class SseParser {
  #rest = '';
  #event = '';
  #data: string[] = [];
  #atStart = true;

  /** Takes the next piece of the stream, cut anywhere, and returns the events it completes. */
  push(text: string): ServerSentEvent[] {
    this.#rest += this.#atStart ? text.replace(/^\uFEFF/, '') : text;
    if (text !== '') this.#atStart = false;
    const events: ServerSentEvent[] = [];
    for (;;) {
      const line = this.#takeLine();
      if (line === null) return events;
      const event = this.#line(line);
      if (event !== null) events.push(event);
    }
  }

  /** One whole line without its ending; a trailing CR waits, because its LF may be in the next piece. */
  #takeLine(): string | null {
    const end = this.#rest.search(/[\r\n]/);
    if (end < 0) return null;
    const isCr = this.#rest[end] === '\r';
    if (isCr && end + 1 === this.#rest.length) return null;
    const width = isCr && this.#rest[end + 1] === '\n' ? 2 : 1;
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + width);
    return line;
  }

  #line(line: string): ServerSentEvent | null {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    return null;
  }

  #dispatch(): ServerSentEvent | null {
    const event = { event: this.#event || 'message', data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    return isEmpty ? null : event;
  }
}
