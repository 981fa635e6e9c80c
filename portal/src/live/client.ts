import type { FromWorker, ToWorker } from './hub.ts';
import type { ConnectionState, LiveMessage } from './messages.ts';
import { followLive } from './source.ts';

/**
 * Follows the live stream of one company. Through the SharedWorker where there is one (all tabs, one connection), else by
 * an EventSource of this tab. For a component: connect when it is mounted, call what is returned when it goes.
 * @param url of the stream, same origin; it must name the company, tabs with the same address share a connection
 * @param onMessage in order; a first `snapshot` comes as soon as something is known. See state.ts for a reducer
 * @returns ends it
 */
export function connectLive(url: string, onMessage: (message: LiveMessage) => void, onState: (state: ConnectionState) => void): () => void {
  const absolute = new URL(url, location.href).href;
  const direct = () => followLive(absolute, (address) => new EventSource(address, { withCredentials: true }), onMessage, onState);
  if (typeof SharedWorker === 'undefined') return direct();

  let worker: SharedWorker;
  try {
    worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'callscope-live' });
  } catch {
    return direct();
  }
  let stopDirect: (() => void) | undefined;
  let stopped = false;
  const { port } = worker;
  const say = (message: ToWorker) => port.postMessage(message);
  // its script was not found or may not run: go on without it
  worker.onerror = () => {
    if (!stopped) stopDirect ??= direct();
  };
  port.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (stopped || stopDirect) return;
    if (data.type === 'ping') say({ type: 'alive' });
    else if (data.type === 'message') onMessage(data.message);
    else onState(data.state);
  };
  const watch = () => {
    if (document.visibilityState === 'visible') say({ type: 'watch', url: absolute });
  };
  const leave = () => say({ type: 'leave' });
  // a tab that was frozen or kept for "back" may have been forgotten meanwhile
  document.addEventListener('visibilitychange', watch);
  addEventListener('pageshow', watch);
  addEventListener('pagehide', leave);
  say({ type: 'watch', url: absolute });
  return () => {
    stopped = true;
    document.removeEventListener('visibilitychange', watch);
    removeEventListener('pageshow', watch);
    removeEventListener('pagehide', leave);
    leave();
    port.close();
    stopDirect?.();
  };
}
