/** What the recorder says of a segment's talk (recorder/audio/talk.ts), as far as calls are chosen by it. Seconds. */
export interface StoredTalk {
  /** the other party */
  left: StoredSide;
  /** our side */
  right: StoredSide;
  overtalkSeconds: number;
  silenceSeconds: number;
  silences: { seconds: number }[];
}
interface StoredSide {
  speechSeconds: number;
  /** not in recordings that were measured before it was */
  longestSeconds?: number;
}

/** How a call was talked, over all its segments. ms; `longest…` null: it is not known of one of them. */
export interface TalkMeasures {
  recorded: number;
  left: number;
  right: number;
  longestLeft: number | null;
  longestRight: number | null;
  overtalk: number;
  silence: number;
  longestSilence: number;
}

/** Null: there is no segment that was measured. */
export function measuresOf(segments: readonly { seconds: number; talk: StoredTalk }[]): TalkMeasures | null {
  if (segments.length === 0) return null;
  const sum = (of: (segment: { seconds: number; talk: StoredTalk }) => number) => segments.reduce((total, one) => total + ms(of(one)), 0);
  const longest = (side: 'left' | 'right') => {
    const known = segments.flatMap(({ talk }) => talk[side].longestSeconds ?? []);
    return known.length < segments.length ? null : ms(Math.max(...known));
  };
  return {
    recorded: sum(({ seconds }) => seconds),
    left: sum(({ talk }) => talk.left.speechSeconds),
    right: sum(({ talk }) => talk.right.speechSeconds),
    longestLeft: longest('left'),
    longestRight: longest('right'),
    overtalk: sum(({ talk }) => talk.overtalkSeconds),
    silence: sum(({ talk }) => talk.silenceSeconds),
    longestSilence: Math.max(...segments.flatMap(({ talk }) => [0, ...talk.silences.map(({ seconds }) => ms(seconds))])),
  };
}

/** Our side's part of all speech, in per cent; null: nobody spoke. */
export function talkShare({ left, right }: Pick<TalkMeasures, 'left' | 'right'>): number | null {
  return left + right === 0 ? null : (right * 100) / (left + right);
}

/** The longest stretch in which one side had the word, ms; null: it is not known of one of them. */
export function longestMonologue({ longestLeft, longestRight }: Pick<TalkMeasures, 'longestLeft' | 'longestRight'>): number | null {
  return longestLeft === null || longestRight === null ? null : Math.max(longestLeft, longestRight);
}

/** The part of the recording in which both spoke, in per cent. */
export function overtalkShare({ overtalk, recorded }: Pick<TalkMeasures, 'overtalk' | 'recorded'>): number | null {
  return recorded === 0 ? null : (overtalk * 100) / recorded;
}

const ms = (seconds: number) => Math.round(seconds * 1_000);
