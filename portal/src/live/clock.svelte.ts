/** Time that passes on the page. Made while a component is; it stands still on the server. */
export class Clock {
  /** ms since the epoch */
  now = $state(0);

  /** @param start what the first HTML shows */
  constructor(start = 0, everyMs = 1_000) {
    this.now = start;
    $effect(() => {
      this.now = Date.now();
      const timer = setInterval(() => (this.now = Date.now()), everyMs);
      return () => clearInterval(timer);
    });
  }
}
