/**
 * How often blocks are cut travels in the FACTS stream, as time does (ticks.ts). A store whose inserts are slow at any size takes fewer,
 * larger blocks; where they are cut must be the same in every life of the assembler, so it cannot be decided from how the store
 * happens to be doing. The active one says in the stream at what pace blocks are cut from there on: whoever replays the stream reads the same.
 * It holds once what waits before it is applied, so it helps against a store that stays slow, and not against a hiccup.
 */

/** ms of stream time between two blocks */
export const USUAL_PACE_MS = 200;
export const SLOW_PACE_MS = 2_000;

/** So far behind, with the store as what is waited for, blocks become larger; so little, they become small again. */
const LATE_SECONDS = 3;
const PROMPT_SECONDS = 1;

/** Payload of a tick that sets the pace: u16, little-endian, ms. */
export function encodePace(ms: number): Uint8Array {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, ms, true);
  return bytes;
}

/** @param payload of a tick. @returns null: it only brings the time */
export function paceOf(payload: Uint8Array): number | null {
  if (payload.length !== 2) return null;
  const ms = new DataView(payload.buffer, payload.byteOffset).getUint16(0, true);
  return Math.min(Math.max(ms, USUAL_PACE_MS), SLOW_PACE_MS);
}

export interface PaceKeeper {
  /** Looks now and then. @param lagSeconds behind the stream @param storeIsWaitedFor reading stands until the store has taken what is cut */
  look(lagSeconds: number, storeIsWaitedFor: boolean): void;
}

/** @param now the pace of the book as it begins @param publish puts a pace into the stream; one that fails is tried at the next look */
export function createPaceKeeper(now: number, publish: (ms: number) => Promise<void>): PaceKeeper {
  let asked = now;
  let inFlight = false;
  return {
    look: (lagSeconds, storeIsWaitedFor) => {
      const wanted = lagSeconds > LATE_SECONDS && storeIsWaitedFor ? SLOW_PACE_MS : lagSeconds < PROMPT_SECONDS ? USUAL_PACE_MS : asked;
      if (wanted === asked || inFlight) return;
      inFlight = true;
      publish(wanted)
        .then(
          () => {
            asked = wanted;
          },
          () => undefined,
        )
        .finally(() => {
          inFlight = false;
        });
    },
  };
}
