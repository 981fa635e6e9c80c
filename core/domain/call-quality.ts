import type { Direction } from './call.ts';
import { type Codec, formatOf } from './codec.ts';
import { type Described, leftSide, type MediaFlow, sidesOf } from './media-sides.ts';
import { networkOf } from './network.ts';
import { mediaOf } from './sdp.ts';
import type { PacketsOfSides, SentPackets } from './sent-packets.ts';
import { clockBehind, jitterMs, lossShare, mosOf, mosOfMetrics, ntpAfter, roundTripMs, USUAL_CLOCK } from './voice-quality.ts';

/** Sides as recordings have them: left is the outside, right ours; of an internal call left is who called. */
export const EARS = ['left', 'right'] as const;
export type Ear = (typeof EARS)[number];
export const OTHER_EAR: Readonly<Record<Ear, Ear>> = { left: 'right', right: 'left' };

/** One RTCP packet as it went to the relay, numbers as on the wire (sql/clickhouse: `rtcp`). */
export interface RtcpPacket extends MediaFlow {
  callId: string;
  /** µs at the edge */
  at: number;
  /** who sent it */
  ssrc: number;
  /** middle 32 bits of its NTP time; 0: it is no sender report */
  ntp: number;
  blocks: readonly {
    ssrc: number;
    fractionLost: number;
    packetsLost: number;
    highestSeq: number;
    jitter: number;
    lsr: number;
    dlsr: number;
  }[];
  metrics: readonly { ssrc: number; lossRate: number; discardRate: number; roundTrip: number; r: number; mosLq: number; mosCq: number }[];
}

/** A moment of the sound that came to one side. */
export interface QualityPoint {
  /** ms since the epoch */
  at: number;
  loss: number | null;
  /** ms */
  jitter: number | null;
  mos: number;
}

export interface QualityFigures {
  /** share, over the whole of it; null: nobody counted */
  loss: number | null;
  worstLoss: number | null;
  /** ms, mean and greatest; null: not told */
  jitter: number | null;
  worstJitter: number | null;
  /** mean opinion score: mean and worst, 1 to 4.5 */
  mos: number;
  worstMos: number;
  points: QualityPoint[];
}

/** How the other side was heard at one side. */
export interface Heard {
  /** what this side's phone reported; null: it sent no RTCP */
  reported:
    | (QualityFigures & {
        /** xr: the phone's own metrics (RFC 3611); rtcp: reckoned from its reports */
        by: 'xr' | 'rtcp';
        reports: number;
        /** ms there and back between the relay and this side; null: not told */
        roundTrip: number | null;
        /** where its reports came from */
        address: string;
        codec: string | null;
        /** ticks a second that jitter was reckoned with, and whether nothing said so */
        clock: number;
        isClockAssumed: boolean;
      })
    | null;
  /** the company may not see what this side's phone says: it is another company's */
  isWithheld: boolean;
  /** what came to the relay for this side, by the packets of the recording; null: none was measured */
  packets: (QualityFigures & { received: number; outOfOrder: number; codec: string; from: string }) | null;
  /** the recording has not a sound of the other side: this one heard nothing */
  isDeaf: boolean;
}
export type CallQuality = Record<Ear, Heard>;

export interface QualityAsked {
  direction: Direction | '';
  reports: readonly RtcpPacket[];
  /** descriptions of media in the packets of a dialog */
  describedIn: (callId: string) => readonly Described[];
  /** null: nothing was recorded, or not measured */
  packets: PacketsOfSides | null;
  /** sides of which the recording has no sound */
  silent: Readonly<Record<Ear, boolean>>;
  /** the call was between two companies of one edge: only this side's phone is the asker's */
  onlyEar: Ear | null;
}

interface Placed {
  packet: RtcpPacket;
  ear: Ear;
  codecs: Codecs;
}

/** Who sent what in what codec. */
interface Codecs {
  bySsrc: ReadonlyMap<number, { codec: Codec | null; clock: number }>;
  described: { codec: Codec | null; name: string; clock: number } | null;
}

/** All that is known of how a call sounded at either end. */
export function qualityOfCall(asked: QualityAsked): CallQuality {
  const { direction, reports, packets, silent, onlyEar } = asked;
  const bySsrc = new Map(EARS.flatMap((ear) => packets?.[ear]?.streams ?? []).map((s) => [s.ssrc, s]));
  const placed = [...Map.groupBy(reports, ({ callId }) => callId)].flatMap(([callId, list]) =>
    placedIn(callId, list, asked.describedIn(callId), direction, bySsrc),
  );
  const senders = sendersIn(reports);
  const tripsOf = (ear: Ear) => mean(placed.filter((p) => p.ear === ear).flatMap(({ packet }) => tripsIn(packet, senders)));
  const trips = { left: tripsOf('left'), right: tripsOf('right') };
  // sound goes from one phone to the relay and on to the other: half of either round trip
  const latency = ((trips.left ?? 0) + (trips.right ?? 0)) / 2;
  const heardBy = (ear: Ear): Heard => {
    const isWithheld = onlyEar !== null && onlyEar !== ear;
    const own = isWithheld ? [] : placed.filter((p) => p.ear === ear);
    return {
      reported: reportedBy(own, latency, trips[ear]),
      isWithheld,
      packets: arrived(packets?.[OTHER_EAR[ear]] ?? null, latency),
      isDeaf: silent[OTHER_EAR[ear]],
    };
  };
  return { left: heardBy('left'), right: heardBy('right') };
}

/** What lists and reports know of how a call sounded. */
export interface QualitySummary {
  /** of the side that heard worse; null: not measured */
  mos: number | null;
  loss: number | null;
  /** ms */
  jitter: number | null;
  /** as this side heard the other */
  heard: Record<Ear, number | null>;
  /** the recording has no sound of this side */
  silent: Record<Ear, boolean>;
  /** where this side's sound came from; '' when that is not known */
  network: Record<Ear, string>;
}

/** Null: there is nothing to say of it. */
export function summaryOf(quality: CallQuality): QualitySummary | null {
  const sides = EARS.flatMap((ear) => [quality[ear].reported, quality[ear].packets]).filter((figures) => figures !== null);
  const silent = { left: quality.right.isDeaf, right: quality.left.isDeaf };
  if (sides.length === 0 && !silent.left && !silent.right) return null;
  const most = (values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  const network = (ear: Ear) => networkOf(quality[ear].reported?.address ?? quality[OTHER_EAR[ear]].packets?.from ?? '');
  return {
    mos: worstMos(quality),
    loss: most(sides.map(({ loss }) => loss)),
    jitter: most(sides.map(({ jitter }) => jitter)),
    heard: { left: mosHeard(quality.left), right: mosHeard(quality.right) },
    silent,
    network: { left: network('left'), right: network('right') },
  };
}

/** MOS of the side that heard worse, by whatever was measured; null: nothing was. */
export function worstMos(quality: CallQuality): number | null {
  const known = EARS.flatMap((ear) => mosHeard(quality[ear]) ?? []);
  return known.length === 0 ? null : Math.min(...known);
}

/** A side cannot have heard more than came to the relay, nor more than its phone says. */
export function mosHeard({ reported, packets }: Pick<Heard, 'reported' | 'packets'>): number | null {
  const known = [reported, packets].flatMap((f) => f?.mos ?? []);
  return known.length === 0 ? null : Math.min(...known);
}

/** RTCP goes beside RTP: on the next port (RFC 3550, 11), or on the same one (RFC 5761). */
const rtpPort = (port: number) => port - (port % 2);

function placedIn(
  callId: string,
  reports: readonly RtcpPacket[],
  described: readonly Described[],
  direction: Direction | '',
  bySsrc: Codecs['bySsrc'],
): Placed[] {
  const flows = new Map<string, MediaFlow>();
  const keyOf = (r: RtcpPacket) => `${r.srcIp} ${r.srcPort} ${r.dstIp} ${r.dstPort}`;
  for (const r of reports)
    if (!flows.has(keyOf(r)))
      flows.set(keyOf(r), { srcIp: r.srcIp, srcPort: rtpPort(r.srcPort), dstIp: r.dstIp, dstPort: rtpPort(r.dstPort) });
  const { of } = sidesOf([...flows.values()], callId, described);
  const codecs: Codecs = { bySsrc, described: agreedCodec(described) };
  const left = leftSide(direction);
  return reports.map((packet) => ({
    packet,
    ear: of.get(flows.get(keyOf(packet)) as MediaFlow) === left ? 'left' : 'right',
    codecs,
  }));
}

/** What both agreed on: the answer's preferred one (RFC 3264, 7). Null: no answer was seen. */
function agreedCodec(described: readonly Described[]): Codecs['described'] {
  const media = described.filter(({ from }) => from === 'callee').flatMap(({ sdp }) => mediaOf(sdp).filter(({ kind }) => kind === 'audio'));
  const answer = media[0];
  for (const type of answer?.formats ?? []) {
    const format = formatOf(type, media, []);
    if (format.codec !== 'dtmf' && format.codec !== 'noise') return format;
  }
  return null;
}

/** Sender reports by who sent them, in order: what LSR names. */
type Senders = ReadonlyMap<number, readonly RtcpPacket[]>;

function sendersIn(reports: readonly RtcpPacket[]): Senders {
  return Map.groupBy(
    reports.filter(({ ntp }) => ntp !== 0),
    ({ ssrc }) => ssrc,
  );
}

/** ms, between the relay and whoever sent this report. */
function tripsIn({ blocks, at }: RtcpPacket, senders: Senders): number[] {
  return blocks.flatMap((block) => {
    // the one that was answered, or the last before it that was seen: clocks drift within hours
    const named = senders.get(block.ssrc)?.findLast((sent) => sent.at <= at && ntpAfter(sent.ntp, block.lsr) >= 0);
    return named === undefined ? [] : (roundTripMs(block, at, clockBehind(named.ntp, named.at)) ?? []);
  });
}

interface Told extends QualityPoint {
  by: 'xr' | 'rtcp';
}

function reportedBy(placed: readonly Placed[], latency: number, roundTrip: number | null): Heard['reported'] {
  const told = placed.flatMap((p) => pointsOf(p, latency)).sort((a, b) => a.at - b.at);
  if (told.length === 0) return null;
  // what phones measure themselves is more than can be reckoned from their reports
  const own = told.filter(({ by }) => by === 'xr');
  const points = own.length > 0 ? own : told;
  const figures = figuresOf(points, totalLoss(placed) ?? (mean(points.flatMap(({ loss }) => loss ?? [])) as number | null));
  const last = placed.findLast(({ packet }) => packet.blocks.length + packet.metrics.length > 0) as Placed;
  const codec = codecOf(last);
  return {
    ...figures,
    by: own.length > 0 ? 'xr' : 'rtcp',
    reports: points.length,
    roundTrip,
    address: last.packet.srcIp,
    codec: codec.name,
    ...{ clock: codec.clock, isClockAssumed: codec.isAssumed },
  };
}

/** The codec of what a report speaks of: packets of the recording say it, then the descriptions. */
function codecOf({ packet, codecs }: Omit<Placed, 'ear'>, ssrc = (packet.blocks[0] ?? packet.metrics[0])?.ssrc) {
  const recorded = ssrc === undefined ? undefined : codecs.bySsrc.get(ssrc);
  if (recorded) return { ...recorded, name: recorded.codec as string | null, isAssumed: false };
  if (codecs.described) return { ...codecs.described, name: codecs.described.name as string | null, isAssumed: false };
  return { codec: null, name: null, clock: USUAL_CLOCK, isAssumed: true };
}

function pointsOf(placed: Omit<Placed, 'ear'>, latency: number): Told[] {
  const { packet } = placed;
  const at = packet.at / 1_000;
  const metrics = packet.metrics.flatMap((m): Told[] => {
    const mos = mosOfMetrics(m);
    const loss = lossShare(Math.min(256, m.lossRate + m.discardRate));
    const block = packet.blocks.find(({ ssrc }) => ssrc === m.ssrc);
    const { codec, clock } = codecOf(placed, m.ssrc);
    const jitter = block ? jitterMs(block.jitter, clock) : null;
    // a block without a score still counts what the jitter buffer threw away
    return [
      {
        at,
        loss,
        jitter,
        mos: mos ?? mosOf({ loss, jitter: jitter ?? 0, latency: m.roundTrip > 0 ? m.roundTrip / 2 : latency, codec }),
        by: 'xr',
      },
    ];
  });
  // a block of a source of which nothing came says nothing
  const blocks = packet.blocks.flatMap((block): Told[] => {
    if (block.highestSeq === 0) return [];
    const { codec, clock } = codecOf(placed, block.ssrc);
    const [loss, jitter] = [lossShare(block.fractionLost), jitterMs(block.jitter, clock)];
    return [{ at, loss, jitter, mos: mosOf({ loss, jitter, latency, codec }), by: 'rtcp' }];
  });
  return [...metrics, ...blocks];
}

/**
 * What each packet says by itself, where no recording is asked: in the codec that the descriptions agreed on, delayed by half of what
 * all who reported are away. None for those that say nothing.
 */
export function pointsByPacket(
  reports: readonly RtcpPacket[],
  describedIn: (callId: string) => readonly Described[],
): Map<RtcpPacket, QualityPoint[]> {
  const senders = sendersIn(reports);
  const trips = [...Map.groupBy(reports, ({ srcIp }) => srcIp).values()].map(
    (list) => mean(list.flatMap((packet) => tripsIn(packet, senders))) ?? 0,
  );
  const latency = trips.reduce((sum, trip) => sum + trip, 0) / 2;
  return new Map(
    [...Map.groupBy(reports, ({ callId }) => callId)].flatMap(([callId, list]) => {
      const codecs: Codecs = { bySsrc: new Map(), described: agreedCodec(describedIn(callId)) };
      return list.map((packet) => [packet, pointsOf({ packet, codecs }, latency)] as const);
    }),
  );
}

/** Share of all packets, by the totals of the reports, stream by stream; null: there are no two reports of one. */
function totalLoss(placed: readonly Placed[]): number | null {
  const streams = new Map<number, { lost: number; seq: number }>();
  let [lost, expected] = [0, 0];
  for (const { packet } of [...placed].sort((a, b) => a.packet.at - b.packet.at))
    for (const block of packet.blocks) {
      if (block.highestSeq === 0) continue;
      const before = streams.get(block.ssrc);
      streams.set(block.ssrc, { lost: block.packetsLost, seq: block.highestSeq });
      if (before === undefined) continue;
      const step = block.highestSeq - before.seq;
      // phones that do not count how often the number began anew (RFC 3550, 6.4.1)
      expected += step >= 0 ? step : step & 0xffff;
      lost += block.packetsLost - before.lost;
    }
  return expected === 0 ? null : Math.max(0, Math.min(1, lost / expected));
}

function arrived(sent: SentPackets | null, latency: number): Heard['packets'] {
  if (sent === null || sent.packets === 0) return null;
  const codec = sent.streams.find((s) => s.codec === sent.codec)?.codec ?? null;
  const points = sent.course.map(([at, expected, lost, jitter]): QualityPoint => {
    const loss = expected === 0 ? 0 : lost / expected;
    return { at, loss, jitter, mos: mosOf({ loss, jitter, latency, codec }) };
  });
  const loss = sent.lost / (sent.packets + sent.lost);
  return {
    ...figuresOf(points, loss),
    ...{ jitter: sent.jitter, worstJitter: sent.jitterMost },
    mos: mosOf({ loss, jitter: sent.jitter, latency, codec }),
    ...{ received: sent.packets, outOfOrder: sent.outOfOrder, codec: sent.codec, from: sent.address },
  };
}

function figuresOf(points: readonly QualityPoint[], loss: number | null): QualityFigures {
  const losses = points.flatMap((p) => p.loss ?? []);
  const jitters = points.flatMap((p) => p.jitter ?? []);
  const scores = points.map(({ mos }) => mos);
  return {
    ...{ loss, worstLoss: losses.length === 0 ? null : Math.max(...losses) },
    ...{ jitter: mean(jitters), worstJitter: jitters.length === 0 ? null : Math.max(...jitters) },
    ...{ mos: mean(scores) ?? 1, worstMos: Math.min(...scores) },
    points: points.map(({ at, loss: l, jitter, mos }) => ({ at, loss: l, jitter, mos })),
  };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, v) => sum + v, 0) / values.length;
}
