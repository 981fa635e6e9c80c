/**
 * Time passes in the FACTS stream: the active assembler publishes an empty message when a deadline has come and no other
 * message brought the time. So replaying the stream replays the deadlines, and an idle system publishes nothing.
 */
export interface Ticks {
  /** called after each message. @param dueMs stream time of the next deadline, Infinity for none */
  plan(dueMs: number, streamMs: number, caughtUp: boolean): void;
  stop(): void;
}

/** A little after the deadline, so that the message's time is surely not before it. */
const MARGIN_MS = 5;
const LONGEST_TIMER_MS = 60_000;

/** @param publish stores one tick; failures are retried by the next plan or timer */
export function createTicks(publish: () => Promise<void>): Ticks {
  let timer: NodeJS.Timeout | undefined;
  let inFlight = false;
  let stopped = false;
  let due = Number.POSITIVE_INFINITY;

  const arm = (delay: number) => {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(fire, Math.min(Math.max(delay, 0), LONGEST_TIMER_MS));
  };
  const fire = () => {
    if (stopped || inFlight || due === Number.POSITIVE_INFINITY) return;
    const left = due - Date.now();
    if (left > -MARGIN_MS) {
      arm(left + MARGIN_MS);
      return;
    }
    inFlight = true;
    publish().then(
      () => {
        inFlight = false;
      },
      () => {
        inFlight = false;
        arm(500);
      },
    );
  };
  return {
    plan: (dueMs, streamMs, caughtUp) => {
      // behind the stream the messages that wait bring the time; the bus' clock may differ from ours, so a deadline that
      // has passed by its clock fires now
      due = caughtUp ? dueMs : Number.POSITIVE_INFINITY;
      if (due === Number.POSITIVE_INFINITY) clearTimeout(timer);
      else arm((due <= streamMs ? 0 : due - Date.now()) + MARGIN_MS);
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
