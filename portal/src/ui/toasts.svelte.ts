import { createContext } from 'svelte';

export interface Toast {
  id: number;
  text: string;
  tone: 'done' | 'fault';
  action?: { label: string; run: () => void };
  /** names it for the one that will be shown in its stead */
  name?: string;
}

const SHOWN_MS = 6_000;

/** Short messages at the bottom: what was done, with a way back. */
export class Toasts {
  list = $state.raw<readonly Toast[]>([]);
  #next = 1;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** @param options.instead the name of those that it takes the place of */
  show(text: string, options: Partial<Pick<Toast, 'tone' | 'action' | 'name'>> & { instead?: string } = {}): void {
    const { tone = 'done', action, name, instead } = options;
    const id = this.#next++;
    for (const old of this.list) if (instead !== undefined && old.name === instead) this.drop(old.id);
    this.list = [...this.list.slice(-2), { id, text, tone, action, name }];
    this.resume(id);
  }

  drop(id: number): void {
    this.hold(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** Stays while the pointer or the focus is on it. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  resume(id: number): void {
    this.hold(id);
    this.#timers.set(
      id,
      setTimeout(() => this.drop(id), SHOWN_MS),
    );
  }
}

/** Set once by the outermost layout. */
export const [getToasts, setToasts] = createContext<Toasts>();
