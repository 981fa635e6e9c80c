import { AS_RECORDED, type Sound } from './sound.ts';

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;
export type Speed = (typeof SPEEDS)[number];

/** How a person likes to listen, kept by their browser. */
export interface Listening {
  speed: Speed;
  skipsSilence: boolean;
  /** a click on a recording plays it at once, and not only loads it (T-27) */
  atOnce: boolean;
  /** after the end the next one of the list is played */
  goesOn: boolean;
  sound: Sound;
}

export const LISTENING: Listening = { speed: 1, skipsSilence: false, atOnce: true, goesOn: false, sound: AS_RECORDED };

/** What was kept; what is not whole counts as not said. */
export function readListening(text: string | null): Listening {
  const said = parsed(text);
  const flag = (value: unknown, by: boolean) => (typeof value === 'boolean' ? value : by);
  const between = (value: unknown, least: number, most: number, by: number) =>
    typeof value === 'number' && value >= least && value <= most ? value : by;
  const sound = typeof said.sound === 'object' && said.sound !== null ? (said.sound as Partial<Record<keyof Sound, unknown>>) : {};
  return {
    speed: SPEEDS.find((speed) => speed === said.speed) ?? LISTENING.speed,
    skipsSilence: flag(said.skipsSilence, LISTENING.skipsSilence),
    atOnce: flag(said.atOnce, LISTENING.atOnce),
    goesOn: flag(said.goesOn, LISTENING.goesOn),
    sound: {
      ...{ left: between(sound.left, 0, 2, 1), right: between(sound.right, 0, 2, 1), balance: between(sound.balance, -1, 1, 0) },
      together: flag(sound.together, false),
    },
  };
}

function parsed(text: string | null): Partial<Record<keyof Listening, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
