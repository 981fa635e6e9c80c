import { type ConnectionState, type LiveMessage, MESSAGE_TYPES } from './messages.ts';

/** What is used of EventSource. */
export interface EventSourceLike {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  addEventListener(type: string, listener: (event: { data: string; lastEventId: string }) => void): void;
  close(): void;
}

const CLOSED = 2;
/** An EventSource that was refused (a restart behind a proxy, a session that ended) does not try again by itself. */
const AGAIN_MS = 5_000;

/**
 * An EventSource that keeps trying. The browser reconnects by itself after a cut, with Last-Event-ID; where it gave up, a
 * new one carries the id in the query as `lastEventId`.
 * @returns ends it
 */
export function followLive(
  url: string,
  create: (url: string) => EventSourceLike,
  onMessage: (message: LiveMessage) => void,
  onState: (state: ConnectionState) => void,
): () => void {
  let source: EventSourceLike | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let lastEventId = '';
  let stopped = false;
  const open = () => {
    const opened = create(
      lastEventId === '' ? url : `${url}${url.includes('?') ? '&' : '?'}lastEventId=${encodeURIComponent(lastEventId)}`,
    );
    source = opened;
    opened.onopen = () => onState('connected');
    opened.onerror = () => {
      if (stopped || source !== opened) return;
      onState('reconnecting');
      if (opened.readyState !== CLOSED) return;
      clearTimeout(again);
      again = setTimeout(open, AGAIN_MS);
    };
    for (const type of MESSAGE_TYPES) {
      opened.addEventListener(type, (event) => {
        if (stopped || source !== opened) return;
        if (event.lastEventId !== '') lastEventId = event.lastEventId;
        onMessage({ ...(JSON.parse(event.data) as object), type } as LiveMessage);
      });
    }
  };
  open();
  return () => {
    stopped = true;
    clearTimeout(again);
    source?.close();
  };
}
