import type { PacketList } from './packet-list.ts';

/**
 * Puts the packets of a stream in order and says when each sounds. Inside a stream the RTP timestamps say it exactly; where
 * they break (a hold that stops them, a transfer that begins anew, a clock that runs wrong) the times of receipt do.
 */
export interface Timeline {
  /** indices into the list of packets: in order, each sequence number once */
  order: Uint32Array;
  /** of the same places: when the packet sounds, µs since the epoch */
  place: Float64Array;
}

/** Further apart than this are not reordered but begun anew (RFC 3550, appendix A.1, MAX_DROPOUT). */
const LARGEST_STEP = 3_000;
/** Sequences begun anew in one stream; more are noise. */
const MOST_RUNS = 1_000;
/** What is received in this time says how long packets are on their way beside what their timestamps say; the least is without jitter. */
const LOOK_AHEAD_US = 1_000_000;
const MOST_LOOKED_AT = 3_000;
/** So many must agree that timestamps broke, unless they are wrong by BEYOND_DOUBT. */
const AGREEING = 10;
const LATE_US = 80_000;
const BEYOND_DOUBT_US = 1_000_000;

/**
 * @param clockOf of a payload type, ticks a second; 0: its packets have no place of their own (telephone events)
 */
export function timelineOf(packets: PacketList, clockOf: (payloadType: number) => number): Timeline {
  const { order: sorted, runs } = inSequence(packets);
  const order = new Uint32Array(sorted.length);
  const place = new Float64Array(sorted.length);
  let size = 0;
  const placed = (packet: number, at: number) => {
    // where a sender's clock ran fast and is put right: a few packets would sound before the one that they follow
    if (size > 0 && at < (place[size - 1] as number)) return;
    order[size] = packet;
    place[size++] = at;
  };
  for (let from = 0; from < sorted.length; ) {
    const run = runs[sorted[from] as number];
    let clock = 0;
    const span: number[] = [];
    let to = from;
    for (; to < sorted.length; to++) {
      const packet = sorted[to] as number;
      const ticks = clockOf(packets.payloadType(packet));
      if (runs[packet] !== run || (ticks !== 0 && clock !== 0 && ticks !== clock)) break;
      if (ticks === 0) continue;
      clock = ticks;
      span.push(packet);
    }
    placeSpan(packets, span, clock, placed);
    from = to;
  }
  return { order: order.subarray(0, size), place: place.subarray(0, size) };
}

/** Packets of a stream by sequence number. */
export interface Sequence {
  /** indices into the list of packets: each sequence number once */
  order: Uint32Array;
  /** by packet: which run it belongs to, and its number without the wrap at 65,536 */
  runs: Uint16Array;
  extended: Int32Array;
}

/** By sequence number; a repeated one is dropped. A sequence that jumps far begins a run of its own, after the one before. */
export function inSequence(packets: PacketList): Sequence {
  const runs = new Uint16Array(packets.size);
  const extended = new Int32Array(packets.size);
  const order = new Uint32Array(packets.size);
  const highest: number[] = [];
  let size = 0;
  let isSorted = true;
  for (let packet = 0; packet < packets.size; packet++) {
    const sequence = packets.sequence(packet);
    let found = -1;
    let number = sequence;
    // a packet of the run before may still be on its way
    for (let run = highest.length - 1; run >= Math.max(0, highest.length - 2); run--) {
      const step = ((sequence - (highest[run] as number)) << 16) >> 16;
      if (Math.abs(step) > LARGEST_STEP) continue;
      found = run;
      number = (highest[run] as number) + step;
      break;
    }
    if (found < 0) {
      if (highest.length >= MOST_RUNS) continue;
      found = highest.push(sequence) - 1;
    }
    highest[found] = Math.max(highest[found] as number, number);
    runs[packet] = found;
    extended[packet] = number;
    const before = order[size - 1];
    if (before !== undefined && (runs[before] as number) * 2 ** 32 + (extended[before] as number) >= found * 2 ** 32 + number)
      isSorted = false;
    order[size++] = packet;
  }
  const list = order.subarray(0, size);
  if (isSorted) return { order: list, runs, extended };
  const rank = (packet: number) => (runs[packet] as number) * 2 ** 32 + (extended[packet] as number);
  list.sort((a, b) => rank(a) - rank(b) || a - b);
  return { order: list.filter((packet, i) => i === 0 || rank(packet) !== rank(list[i - 1] as number)), runs, extended };
}

function placeSpan(packets: PacketList, span: readonly number[], clock: number, placed: (packet: number, at: number) => void): void {
  if (span.length === 0) return;
  // µs since the first packet by timestamps, which wrap at 2^32
  const since = new Float64Array(span.length);
  for (let i = 1; i < span.length; i++) {
    const step = (packets.timestamp(span[i] as number) - packets.timestamp(span[i - 1] as number)) | 0;
    since[i] = (since[i - 1] as number) + (step * 1e6) / clock;
  }
  const received = (i: number) => packets.at(span[i] as number);
  let origin = Number.POSITIVE_INFINITY;
  for (let i = 0; i < span.length && received(i) - received(0) < LOOK_AHEAD_US; i++) {
    // a jump among the first ones is found below
    if (Math.abs(received(i) - received(0) - (since[i] as number)) > BEYOND_DOUBT_US) break;
    origin = Math.min(origin, received(i) - (since[i] as number));
  }
  const delayOf = (i: number) => received(i) - origin - (since[i] as number);
  let inTime = 0;
  for (let i = 0; i < span.length; i++) {
    const delay = delayOf(i);
    if (Math.abs(delay) > LATE_US && i >= inTime) {
      let [least, most] = [delay, delay];
      let next = i + 1;
      for (; next < span.length && next - i < MOST_LOOKED_AT; next++) {
        if (next - i >= AGREEING && received(next) - received(i) > LOOK_AHEAD_US) break;
        const other = delayOf(next);
        least = Math.min(least, other);
        most = Math.max(most, other);
        if (least <= LATE_US && most >= -LATE_US) break;
      }
      const isEnough = next - i >= AGREEING || Math.abs(delay) > BEYOND_DOUBT_US;
      // a stalled network delivers all at once and is back in time soon; what stays late, or came too soon, is a broken clock
      if (isEnough && (least > LATE_US || most < -LATE_US)) origin += least;
      else inTime = next;
    }
    // nothing arrives before it is sent: a wild timestamp
    if (delayOf(i) >= -LATE_US) placed(span[i] as number, origin + (since[i] as number));
  }
}
