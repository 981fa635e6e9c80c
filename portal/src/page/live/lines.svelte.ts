import { untrack } from 'svelte';
import type { Clock } from '#live/clock.svelte.ts';
import type { Live } from '#live/live.svelte.ts';
import { follow, type LiveLine } from './lines.ts';

/** Calls in progress as lines of a page: those that ended a moment ago are still there. */
export class LiveLines {
  all = $state.raw<readonly LiveLine[]>([]);

  constructor(live: Live, clock: Clock) {
    $effect(() => {
      const { state } = live;
      // lines also leave as time passes
      void clock.now;
      this.all = follow(
        untrack(() => this.all),
        state,
        Date.now(),
      );
    });
  }
}
