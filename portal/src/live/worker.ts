/** SharedWorker: one EventSource per company for all tabs of this browser (a browser allows six HTTP/1.1 connections). */
import { LiveHub, PING_MS, type ToWorker } from './hub.ts';

/** The part of SharedWorkerGlobalScope that is used; the DOM library that pages are checked with does not have it. */
interface SharedScope {
  onconnect: ((event: { ports: readonly MessagePort[] }) => void) | null;
}

const hub = new LiveHub((url) => new EventSource(url, { withCredentials: true }));

(globalThis as unknown as SharedScope).onconnect = ({ ports: [port] }) => {
  if (!port) return;
  port.onmessage = ({ data }: MessageEvent<ToWorker>) => hub.receive(port, data);
};
setInterval(() => hub.ping(), PING_MS);
