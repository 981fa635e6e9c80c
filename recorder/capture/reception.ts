import { type Format, formatOf } from '@callscope/core/domain/codec.ts';
import type { MediaSide, Sides } from '@callscope/core/domain/media-sides.ts';
import type { SentPackets } from '@callscope/core/domain/sent-packets.ts';
import type { Capture, Flow, RtpStream } from './capture.ts';
import { inSequence } from './timeline.ts';
import { describedFor } from './tracks.ts';

/** A stretch of the course, in ms; a long call has longer ones, so that there are at most MOST_STRETCHES. */
const STRETCH_MS = 5_000;
const MOST_STRETCHES = 240;
/** A difference of two transit times of so much is no jitter: timestamps began anew, as after a hold. */
const BROKEN_MS = 1_000;
/** Streams that are named: a handful is usual, and the rest is noise. */
const MOST_STREAMS = 16;

/**
 * How a side's packets came to the relay: what is missing by sequence numbers (RFC 3550, A.3) and interarrival jitter (6.4.1, A.8).
 * Telephone events and comfort noise count as packets; their timestamps say nothing of jitter.
 * @param notBefore µs since the epoch: what came before is no conversation; 0: all
 * @returns null: nothing came of it
 */
export function receptionOf(capture: Capture, sides: Sides<Flow>, side: MediaSide, notBefore: number): SentPackets | null {
  const stretch = Math.max(STRETCH_MS, Math.ceil((capture.lastAt - capture.firstAt) / 1_000 / MOST_STRETCHES));
  const begin = Math.max(capture.firstAt, notBefore) / 1_000;
  const total: Totals = {
    received: 0,
    lost: 0,
    outOfOrder: 0,
    jitterMost: 0,
    streams: [],
    codecs: new Map(),
    sources: new Map(),
    course: new Map(),
  };
  for (const flow of capture.flows) {
    if (sides.noAudio.has(flow) || sides.of.get(flow) !== side) continue;
    const before = total.received;
    for (const stream of flow.streams) {
      const formats = new Map([...stream.samples].map(([type, samples]) => [type, formatOf(type, describedFor(flow, sides), samples)]));
      addStream(total, stream, formats, (at) => (at / 1_000 < begin ? -1 : Math.floor((at / 1_000 - begin) / stretch)));
    }
    total.sources.set(flow.srcIp, (total.sources.get(flow.srcIp) ?? 0) + total.received - before);
  }
  if (total.received === 0) return null;
  const course = [...total.course].sort(([a], [b]) => a - b);
  const measured = course.reduce((sum, [, s]) => sum + s.measured, 0);
  const most = (counts: ReadonlyMap<string, number>) => [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
  return {
    ...{ packets: total.received, lost: total.lost, outOfOrder: total.outOfOrder },
    ...{ codec: most(total.codecs), address: most(total.sources) },
    jitter: measured === 0 ? 0 : rounded(course.reduce((sum, [, s]) => sum + s.jitter, 0) / measured),
    jitterMost: rounded(total.jitterMost),
    streams: total.streams,
    course: course.map(([n, s]) => [
      Math.round(begin + n * stretch),
      s.received + s.lost,
      s.lost,
      s.measured === 0 ? 0 : rounded(s.jitter / s.measured),
    ]),
  };
}

interface Totals {
  received: number;
  lost: number;
  outOfOrder: number;
  jitterMost: number;
  streams: SentPackets['streams'];
  /** packets by encoding name */
  codecs: Map<string, number>;
  /** packets by address */
  sources: Map<string, number>;
  course: Map<number, { received: number; lost: number; jitter: number; measured: number }>;
}

/** @param stretchOf of a time in µs; below 0: it does not count */
function addStream(total: Totals, stream: RtpStream, formats: ReadonlyMap<number, Format>, stretchOf: (at: number) => number): void {
  const { packets } = stream;
  const { order, runs, extended } = inSequence(packets);
  const within = order.filter((packet) => stretchOf(packets.at(packet)) >= 0);
  if (within.length === 0) return;
  const counts = new Map<Format, number>();
  const stretchAt = (packet: number) => {
    const n = stretchOf(packets.at(packet));
    let found = total.course.get(n);
    if (found === undefined) {
      found = { received: 0, lost: 0, jitter: 0, measured: 0 };
      total.course.set(n, found);
    }
    return found;
  };
  within.forEach((packet, i) => {
    const place = stretchAt(packet);
    place.received++;
    total.received++;
    const format = formats.get(packets.payloadType(packet));
    if (format) counts.set(format, (counts.get(format) ?? 0) + 1);
    const before = within[i - 1];
    if (before === undefined || runs[before] !== runs[packet]) return;
    const missing = (extended[packet] as number) - (extended[before] as number) - 1;
    place.lost += missing;
    total.lost += missing;
  });
  const [[most] = []] = [...counts].sort(([, a], [, b]) => b - a);
  for (const [{ name, codec }, n] of counts)
    if (codec !== 'dtmf' && codec !== 'noise') total.codecs.set(name, (total.codecs.get(name) ?? 0) + n);
  if (most && total.streams.length < MOST_STREAMS) total.streams.push({ ssrc: stream.ssrc, codec: most.codec, clock: most.clock });
  addJitter(total, within, { packets, runs, extended }, formats, stretchAt);
}

/** In the order of receipt, each packet once. */
function addJitter(
  total: Totals,
  within: Uint32Array,
  { packets, runs, extended }: Pick<RtpStream, 'packets'> & Pick<ReturnType<typeof inSequence>, 'runs' | 'extended'>,
  formats: ReadonlyMap<number, Format>,
  stretchAt: (packet: number) => { jitter: number; measured: number },
): void {
  let [before, clock, jitter, highest] = [-1, 0, 0, Number.NEGATIVE_INFINITY];
  for (const packet of within.toSorted()) {
    const isSameRun = before >= 0 && runs[packet] === runs[before];
    const number = extended[packet] as number;
    if (isSameRun && number < highest) total.outOfOrder++;
    highest = isSameRun ? Math.max(highest, number) : number;
    const format = formats.get(packets.payloadType(packet));
    if (format === undefined || format.codec === 'dtmf' || format.codec === 'noise') continue;
    if (isSameRun && format.clock === clock) {
      const sent = (((packets.timestamp(packet) - packets.timestamp(before)) | 0) * 1_000) / clock;
      const transit = Math.abs((packets.at(packet) - packets.at(before)) / 1_000 - sent);
      if (transit < BROKEN_MS) jitter += (transit - jitter) / 16;
    }
    before = packet;
    clock = format.clock;
    const place = stretchAt(packet);
    place.jitter += jitter;
    place.measured++;
    total.jitterMost = Math.max(total.jitterMost, jitter);
  }
}

const rounded = (ms: number) => Math.round(ms * 1_000) / 1_000;
