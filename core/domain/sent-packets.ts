import type { Codec } from './codec.ts';

/** What came to the relay from one side, by the packets of the recording. `left` is what the outside sent. */
export interface SentPackets {
  packets: number;
  lost: number;
  outOfOrder: number;
  /** ms: mean and greatest of the interarrival jitter (RFC 3550, 6.4.1) */
  jitter: number;
  jitterMost: number;
  /** encoding name of most of its packets, and the address that most of them came from */
  codec: string;
  address: string;
  streams: { ssrc: number; codec: Codec | null; clock: number }[];
  /** stretches in order: ms since the epoch of its beginning, packets expected, lost, and mean jitter in ms */
  course: [at: number, expected: number, lost: number, jitter: number][];
}
export type PacketsOfSides = Record<'left' | 'right', SentPackets | null>;

/** The same of several parts of a call, one after the other; null: there are none. */
export function joinedPackets(parts: readonly PacketsOfSides[]): PacketsOfSides | null {
  const [first, ...rest] = parts;
  return first === undefined
    ? null
    : rest.reduce((all, part) => ({ left: joined(all.left, part.left), right: joined(all.right, part.right) }), first);
}

function joined(a: SentPackets | null, b: SentPackets | null): SentPackets | null {
  if (a === null || b === null) return a ?? b;
  const larger = a.packets >= b.packets ? a : b;
  return {
    ...{ packets: a.packets + b.packets, lost: a.lost + b.lost, outOfOrder: a.outOfOrder + b.outOfOrder },
    jitter: (a.jitter * a.packets + b.jitter * b.packets) / Math.max(1, a.packets + b.packets),
    jitterMost: Math.max(a.jitterMost, b.jitterMost),
    ...{ codec: larger.codec, address: larger.address },
    ...{ streams: [...a.streams, ...b.streams], course: [...a.course, ...b.course] },
  };
}
