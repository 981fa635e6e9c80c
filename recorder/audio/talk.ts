import { LEVEL_MS, SILENT } from './levels.ts';

/** What two levels say of a conversation, without understanding a word. Seconds. */
export interface Talk {
  /** left is the client's side, right is ours */
  left: SideTalk;
  right: SideTalk;
  /** both spoke */
  overtalkSeconds: number;
  /** stretches of LONG_SILENCE_SECONDS and more in which nobody spoke, in order; only the longest MOST_SILENCES */
  silences: { from: number; seconds: number }[];
  silenceSeconds: number;
}

export interface SideTalk {
  speechSeconds: number;
  /** the longest stretch in which it had the word: its own pauses and the other's short "yes" within it */
  longestSeconds: number;
  /** of all speech of both, 0 to 1; null when nobody spoke */
  share: number | null;
  /** dB below full scale while this side spoke, negative; null when it never did */
  levelDb: number | null;
  /** nothing was to be heard of it in a recording of SILENT_SIDE_SECONDS and more: one-way audio */
  isSilent: boolean;
}

export const LONG_SILENCE_SECONDS = 3;
export const MOST_SILENCES = 200;
export const SILENT_SIDE_SECONDS = 5;

/** Speech is this much louder than the quiet of its own line … */
const ABOVE_QUIET_DB = 12;
/** … but never is anything quieter than the first taken for speech, nor anything louder than the second for quiet. */
const FAINTEST_DB = 55;
const LOUDEST_QUIET_DB = 38;
/** Nothing on a line that carries a voice stays below this: coded silence does. */
const INAUDIBLE_DB = 65;
/** A breath inside a sentence is part of it; a click is no speech. */
const BREATH = 300 / LEVEL_MS;
const CLICK = 60 / LEVEL_MS;
/** Speech of the other of at least so long takes the word; a pause longer than the second gives it away. */
const TAKES_WORD = 1_000 / LEVEL_MS;
const GIVES_WORD = (LONG_SILENCE_SECONDS * 1_000) / LEVEL_MS;

/** @param left @param right levels of every 20 ms, as Meter gives them, of the same length */
export function talkOf(left: Uint8Array, right: Uint8Array): Talk {
  const size = Math.max(left.length, right.length);
  const [leftSpeaks, rightSpeaks] = [speechIn(left), speechIn(right)];
  let [leftOnly, rightOnly, both, quiet] = [0, 0, 0, 0];
  const silences: Talk['silences'] = [];
  let since = 0;
  const endSilence = (at: number) => {
    const seconds = ((at - since) * LEVEL_MS) / 1_000;
    if (seconds >= LONG_SILENCE_SECONDS) silences.push({ from: (since * LEVEL_MS) / 1_000, seconds });
  };
  for (let i = 0; i < size; i++) {
    const l = leftSpeaks[i] === 1;
    const r = rightSpeaks[i] === 1;
    if (l && r) both++;
    else if (l) leftOnly++;
    else if (r) rightOnly++;
    else {
      quiet++;
      continue;
    }
    endSilence(i);
    since = i + 1;
  }
  endSilence(size);
  if (silences.length > MOST_SILENCES) {
    const longest = [...silences].sort((a, b) => b.seconds - a.seconds).slice(0, MOST_SILENCES);
    silences.splice(0, silences.length, ...longest.sort((a, b) => a.from - b.from));
  }
  const seconds = (windows: number) => (windows * LEVEL_MS) / 1_000;
  const side = (levels: Uint8Array, speaks: Uint8Array, other: Uint8Array, windows: number): SideTalk => ({
    speechSeconds: seconds(windows),
    longestSeconds: seconds(longestOf(speaks, other)),
    share: leftOnly + rightOnly + both === 0 ? null : windows / (leftOnly + rightOnly + both * 2),
    levelDb: levelOf(levels, speaks),
    isSilent: seconds(size) >= SILENT_SIDE_SECONDS && !levels.some((level) => level < INAUDIBLE_DB),
  });
  return {
    left: side(left, leftSpeaks, rightSpeaks, leftOnly + both),
    right: side(right, rightSpeaks, leftSpeaks, rightOnly + both),
    overtalkSeconds: seconds(both),
    silences,
    silenceSeconds: seconds(quiet),
  };
}

/** The longest stretch in which a side had the word, in windows. */
function longestOf(speaks: Uint8Array, other: Uint8Array): number {
  let [longest, from, last, otherFor] = [0, -1, -1, 0];
  const end = (at: number) => {
    if (from >= 0) longest = Math.max(longest, at - from);
    from = -1;
  };
  for (let i = 0; i < speaks.length; i++) {
    otherFor = other[i] === 1 ? otherFor + 1 : 0;
    if (otherFor === TAKES_WORD) end(Math.min(last + 1, i + 1 - otherFor));
    if (speaks[i] !== 1 || otherFor >= TAKES_WORD) continue;
    if (i - last > GIVES_WORD) end(last + 1);
    if (from < 0) from = i;
    last = i;
  }
  end(last + 1);
  return longest;
}

/** @returns 1 for each window that is speech */
export function speechIn(levels: Uint8Array): Uint8Array {
  const threshold = thresholdOf(levels);
  const speaks = Uint8Array.from(levels, (level) => (level <= threshold ? 1 : 0));
  closeGaps(speaks, 0, BREATH);
  closeGaps(speaks, 1, CLICK);
  return speaks;
}

/** The quiet of a line is what a tenth of its windows do not exceed; windows without any sound are no line. */
function thresholdOf(levels: Uint8Array): number {
  const counts = new Uint32Array(SILENT + 1);
  let heard = 0;
  for (const level of levels)
    if (level < SILENT) {
      counts[level] = (counts[level] as number) + 1;
      heard++;
    }
  let quiet = FAINTEST_DB + ABOVE_QUIET_DB;
  let quieter = 0;
  for (let level = SILENT - 1; level >= 0 && heard > 0; level--) {
    quieter += counts[level] as number;
    if (quieter * 10 < heard) continue;
    quiet = level;
    break;
  }
  return Math.min(FAINTEST_DB, Math.max(LOUDEST_QUIET_DB, quiet - ABOVE_QUIET_DB));
}

/** Turns stretches of `value` shorter than `longest` windows into the other, between two of the other. */
function closeGaps(speaks: Uint8Array, value: 0 | 1, longest: number): void {
  let from = 0;
  for (let i = 1; i <= speaks.length; i++) {
    if (i < speaks.length && speaks[i] === speaks[from]) continue;
    const isInside = value === 1 || (from > 0 && i < speaks.length);
    if (speaks[from] === value && i - from < longest && isInside) speaks.fill(1 - value, from, i);
    from = i;
  }
}

function levelOf(levels: Uint8Array, speaks: Uint8Array): number | null {
  let power = 0;
  let count = 0;
  levels.forEach((level, i) => {
    if (speaks[i] !== 1) return;
    power += 10 ** (-level / 10);
    count++;
  });
  return count === 0 ? null : Math.round(100 * Math.log10(power / count)) / 10;
}
