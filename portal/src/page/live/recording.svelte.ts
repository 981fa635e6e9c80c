import type { CallInRecording } from '@callscope/modules/edge/recording-states.ts';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';

export type RecordingAction = 'start' | 'stop' | 'mask' | 'unmask';
type States = Record<string, CallInRecording>;

/** Whoever pressed a button is told so after this, and may press it again; what comes of it is said whenever it comes. */
export const SILENT_MS = 2_000;

/**
 * How recordings of calls in progress stand, asked of the server, and told to the edge. It is asked when another call talks, and when
 * the live stream says that a call was told something: between that nothing is asked.
 */
export class LiveRecordings<Action extends string = RecordingAction> {
  states = $state.raw<States>({});
  /** calls whose command is under way */
  readonly busy = new SvelteSet<string>();
  /** calls that no edge answers for: `no_edge`, or what else was wrong with the last command */
  readonly faults = new SvelteMap<string, string>();
  readonly #href: string;
  #asked = 0;

  /** @param href where it is asked and told @param talking ids of calls that talk, in any order @param told grows when one was told something */
  constructor(href: string, talking: () => string, told: () => number) {
    this.#href = href;
    // both may be worked out of what changes with every message of the stream: only another answer of theirs is a reason to ask
    const reason = $derived([talking(), told()].join(' '));
    $effect(() => {
      if (!reason.startsWith(' ')) void this.ask();
    });
  }

  /** @returns when it is known; an answer that a later question overtook is thrown away */
  async ask(): Promise<void> {
    const turn = ++this.#asked;
    const answer = await fetch(this.#href).catch(() => null);
    if (!answer?.ok) return;
    const states = (await answer.json().catch(() => null)) as States | null;
    if (states !== null && turn === this.#asked) this.states = states;
  }

  /** @returns null when it is done, else why not: a refusal of the edge, or `failed` */
  async tell(id: string, action: Action): Promise<string | null> {
    this.busy.add(id);
    this.faults.delete(id);
    const silent = setTimeout(() => {
      this.busy.delete(id);
      this.faults.set(id, 'no_edge');
    }, SILENT_MS);
    const why = await this.#send({ id, action });
    clearTimeout(silent);
    if (why === null) this.faults.delete(id);
    else this.faults.set(id, why);
    await this.ask();
    this.busy.delete(id);
    return why;
  }

  async #send(order: { id: string; action: Action }): Promise<string | null> {
    try {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(this.#href, { method: 'POST', body: JSON.stringify(order), headers });
      if (answer.status === 409) return ((await answer.json()) as { why: string }).why;
      return answer.ok ? null : 'failed';
    } catch {
      return 'failed';
    }
  }
}
