import type { CallInRecording } from '@callscope/modules/edge/recording-states.ts';

export type RecordingAction = 'start' | 'stop' | 'mask' | 'unmask';
type States = Record<string, CallInRecording>;

/** Somebody else may have told a call something. */
const ASK_MS = 4_000;

/** How recordings of calls in progress stand, asked of the server, and told to the edge. */
export class LiveRecordings {
  states = $state.raw<States>({});
  /** calls whose command is under way */
  busy = $state.raw<ReadonlySet<string>>(new Set());
  /** whoever may only begin one does not end what the rules of the company record */
  readonly mayStop: boolean;
  readonly #href: string;

  /** @param talking ids of calls that talk, in any order: what is new is asked about at once */
  constructor(company: string, talking: () => string, mayStop: boolean) {
    this.mayStop = mayStop;
    this.#href = `/c/${encodeURIComponent(company)}/live/recording`;
    $effect(() => {
      if (talking() === '') return;
      void this.#ask();
      const timer = setInterval(() => document.visibilityState === 'visible' && void this.#ask(), ASK_MS);
      return () => clearInterval(timer);
    });
  }

  async #ask(): Promise<void> {
    const answer = await fetch(this.#href).catch(() => null);
    if (answer?.ok) this.states = (await answer.json()) as States;
  }

  /** @returns null when it is done, else why not: a refusal of the edge, or `failed` */
  async tell(id: string, action: RecordingAction): Promise<string | null> {
    this.busy = new Set([...this.busy, id]);
    try {
      const body = JSON.stringify({ id, action });
      const answer = await fetch(this.#href, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      if (answer.status === 409) return ((await answer.json()) as { why: string }).why;
      return answer.ok ? null : 'failed';
    } catch {
      return 'failed';
    } finally {
      await this.#ask();
      this.busy = new Set([...this.busy].filter((other) => other !== id));
    }
  }
}
