import { untrack } from 'svelte';
import { invalidate } from '$app/navigation';
import type { Live } from './live.svelte.ts';

/** However many calls end. */
const LEAST_MS = 5_000;
/** Also when none does: what is compared moves on with the clock, and a day ends. */
const MOST_MS = 60_000;

/**
 * Reads figures again as calls end, for as long as the component lives. What is shown stays until the answer is there.
 * @param resource what the page's load depends on
 * @param isWanted false: the figures are of a time that is over
 */
export function refreshFigures(live: Live, resource: string, isWanted: () => boolean): void {
  let readAt = 0;
  const news = $derived(live.state.endedCount + live.state.reloads);
  const revised = $derived(live.state.revised);
  let known = { news: 0, revised: untrack(() => revised) };

  const read = () => {
    readAt = performance.now();
    // a page that cannot be read again keeps its figures; their age is in the top bar
    void invalidate(resource, true).catch(() => undefined);
  };
  $effect(() => {
    const now = { news, revised };
    if (!isWanted() || (now.news === known.news && now.revised === known.revised)) return;
    const timer = setTimeout(
      () => {
        known = now;
        read();
      },
      Math.max(0, readAt + LEAST_MS - performance.now()),
    );
    return () => clearTimeout(timer);
  });
  $effect(() => {
    if (!isWanted()) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && performance.now() - readAt >= MOST_MS - LEAST_MS) read();
    }, MOST_MS);
    return () => clearInterval(timer);
  });
}
