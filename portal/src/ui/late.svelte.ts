import { navigating } from '$app/state';

const NOTICED_MS = 150;

/** Whether the page's next answer takes long enough to be noticed: what is shown then belongs to the former question. */
export class LateAnswer {
  current = $state(false);

  constructor() {
    $effect(() => {
      const isHere = navigating.to !== null && navigating.to.url.pathname === navigating.from?.url.pathname;
      if (!isHere) {
        this.current = false;
        return;
      }
      const timer = setTimeout(() => (this.current = true), NOTICED_MS);
      return () => clearTimeout(timer);
    });
  }
}
