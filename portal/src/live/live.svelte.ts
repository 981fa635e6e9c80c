import { createContext } from 'svelte';
import { connectLive } from './client.ts';
import type { ConnectionState, LiveMessage } from './messages.ts';
import { applyLive, EMPTY_LIVE, type LiveState } from './state.ts';

/** Live state of the company on the page, for whatever wants to show it. */
export class Live {
  state = $state.raw<LiveState>(EMPTY_LIVE);
  /** null = not connected yet */
  connection = $state.raw<ConnectionState | null>(null);
  /** when the last message came, by performance.now() */
  heardAt = $state(0);

  /** @param url of the company's stream @param keep what is known stays until the stream has said something @returns ends it */
  follow(url: string, keep = false): () => void {
    if (!keep) this.state = EMPTY_LIVE;
    this.connection = null;
    return connectLive(
      url,
      (message: LiveMessage) => {
        this.heardAt = performance.now();
        this.state = applyLive(this.state, message);
      },
      (connection) => {
        this.connection = connection;
      },
    );
  }
}

/** Set by the layout of a company's pages. */
export const [getLive, setLive] = createContext<Live>();
