import type { RtcpRow } from '@callscope/analytics/run/raw.ts';

/** How one stream of sound was received. */
export interface StreamQuality {
  /** who received it and said so: '192.0.2.1:5061' */
  receiver: string;
  ssrc: number;
  /** of the reports that have figures */
  reports: number;
  /** share of packets that did not come, over the whole of it; null: nobody counted */
  loss: number | null;
  worstLoss: number;
  /** ms, mean and worst; at 8,000 units a second, which G.711 and G.729 have, and Opus has not */
  jitter: number;
  worstJitter: number;
  /** ms there and back; null: not told */
  roundTrip: number | null;
  /** mean opinion score, 1 to 4.5, and the worst report's */
  mos: number;
  worstMos: number;
}

/** Clock of telephone codecs (RFC 3551, 6). */
const UNITS_A_MS = 8;
const MIDDLE_NTP_MS = 1_000 / 65_536;
/** Longer is a clock that runs wrong. */
const MOST_ROUND_TRIP_MS = 5_000;
/** µs from 1900 to 1970 (RFC 3550, 4) */
const NTP_EPOCH_S = 2_208_988_800;

/** Reports of receivers, one line a stream, those with most reports first; empty: nobody sent any. */
export function qualityOf(reports: readonly RtcpRow[]): StreamQuality[] {
  const streams = new Map<string, { receiver: string; ssrc: number; blocks: (Block & { at: number })[] }>();
  for (const report of reports) {
    for (const block of report.blocks) {
      if (block.highestSeq === 0) continue;
      const receiver = `${report.srcIp}:${report.srcPort}`;
      const key = `${receiver} ${block.ssrc}`;
      const stream = streams.get(key) ?? { receiver, ssrc: block.ssrc, blocks: [] };
      stream.blocks.push({ ...block, at: report.at });
      streams.set(key, stream);
    }
  }
  return [...streams.values()]
    .map(({ receiver, ssrc, blocks }) => {
      const [first, last] = [blocks[0], blocks.at(-1)] as [Block, Block];
      const expected = last.highestSeq - first.highestSeq;
      const lost = last.packetsLost - first.packetsLost;
      const jitters = blocks.map((b) => b.jitter / UNITS_A_MS);
      const trips = blocks.flatMap((b) => roundTripOf(b) ?? []);
      const roundTrip = trips.length === 0 ? null : mean(trips);
      const scores = blocks.map((b) =>
        mosOf({ loss: b.fractionLost / 256, jitter: b.jitter / UNITS_A_MS, roundTrip: roundTripOf(b) ?? roundTrip ?? 0 }),
      );
      return {
        ...{ receiver, ssrc, reports: blocks.length },
        loss: expected > 0 ? Math.max(0, Math.min(1, lost / expected)) : blocks.length === 1 ? first.fractionLost / 256 : null,
        worstLoss: Math.max(...blocks.map((b) => b.fractionLost)) / 256,
        ...{ jitter: mean(jitters), worstJitter: Math.max(...jitters), roundTrip },
        ...{ mos: mean(scores), worstMos: Math.min(...scores) },
      };
    })
    .sort((a, b) => b.reports - a.reports);
}

type Block = RtcpRow['blocks'][number];

/** ms: when it came, less when the other's report was sent, less how long it was kept (RFC 3550, 6.4.1). */
function roundTripOf({ at, lsr, dlsr }: Block & { at: number }): number | null {
  if (lsr === 0) return null;
  const seconds = at / 1_000_000 + NTP_EPOCH_S;
  const now = (Math.floor(seconds) % 65_536) * 65_536 + Math.round((seconds % 1) * 65_536);
  const units = (((now - lsr - dlsr) % 2 ** 32) + 2 ** 32) % 2 ** 32;
  const ms = units * MIDDLE_NTP_MS;
  return ms <= MOST_ROUND_TRIP_MS ? ms : null;
}

/** Basic R of a call in which nothing else is wrong (ITU-T G.107, 7.7: default values). */
const R_BASIC = 93.2;
/** How sensitive G.711 with concealment is to loss at random (ITU-T G.113, Appendix I). */
const ROBUSTNESS = 25.1;
/** ms of a packet, and of what a phone holds back against jitter: twice of it */
const PACKET_MS = 20;

/**
 * Mean opinion score by the E-model (ITU-T G.107) from loss, jitter and delay, everything else as by default; the codec counts as
 * G.711: of another the figure compares, and is no truth.
 * @param loss share @param jitter ms @param roundTrip ms
 */
export function mosOf({ loss, jitter, roundTrip }: { loss: number; jitter: number; roundTrip: number }): number {
  const delay = roundTrip / 2 + 2 * jitter + PACKET_MS;
  // the usual short form of Idd (G.107, 7.4): steeper once people begin to talk over each other
  const byDelay = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const byLoss = (95 * loss * 100) / (loss * 100 + ROBUSTNESS);
  const r = Math.max(0, Math.min(100, R_BASIC - byDelay - byLoss));
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}

const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
