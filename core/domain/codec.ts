import type { MediaDescription } from './sdp.ts';

/** What a payload is. `dtmf`: telephone events (RFC 4733) · `noise`: comfort noise, which is silence (RFC 3389) */
export type Codec = 'pcma' | 'pcmu' | 'g722' | 'g729' | 'gsm' | 'opus' | 'dtmf' | 'noise';

export interface Format {
  /** null: one that is not decoded, `name` says which */
  codec: Codec | null;
  name: string;
  /** ticks of the RTP timestamp in a second */
  clock: number;
}

/** RFC 3551, 6. The clock of G.722 is 8,000 by an old mistake that stays (4.5.2), though it has 16,000 samples a second. */
const STATIC: Record<number, Format> = {
  0: { codec: 'pcmu', name: 'pcmu', clock: 8_000 },
  3: { codec: 'gsm', name: 'gsm', clock: 8_000 },
  4: { codec: null, name: 'g723', clock: 8_000 },
  7: { codec: null, name: 'lpc', clock: 8_000 },
  8: { codec: 'pcma', name: 'pcma', clock: 8_000 },
  9: { codec: 'g722', name: 'g722', clock: 8_000 },
  12: { codec: null, name: 'qcelp', clock: 8_000 },
  13: { codec: 'noise', name: 'cn', clock: 8_000 },
  15: { codec: null, name: 'g728', clock: 8_000 },
  18: { codec: 'g729', name: 'g729', clock: 8_000 },
  19: { codec: 'noise', name: 'cn', clock: 8_000 },
};
const NAMED: Record<string, Codec> = {
  pcma: 'pcma',
  pcmu: 'pcmu',
  g722: 'g722',
  g729: 'g729',
  gsm: 'gsm',
  opus: 'opus',
  'telephone-event': 'dtmf',
  cn: 'noise',
};

/** First bytes of some packets of one payload type, and how they came: all there is to tell a type that nothing describes. */
export interface Sample {
  payload: Uint8Array;
  /** µs */
  at: number;
  timestamp: number;
}

/**
 * What a payload type of a call means: a description of the call says it, else the static table, else the packets themselves:
 * telephone events have four bytes, Opus names its own length, which must be that of its timestamps.
 * @param described descriptions of this call, those of this party first
 */
export function formatOf(payloadType: number, described: readonly MediaDescription[], samples: readonly Sample[]): Format {
  const fixed = STATIC[payloadType];
  for (const { payloads } of described) {
    const mapped = payloads.get(payloadType);
    if (mapped === undefined) continue;
    const codec = NAMED[mapped.encoding] ?? null;
    return { codec, name: mapped.encoding, clock: codec === 'g722' ? 8_000 : mapped.clock || 8_000 };
  }
  if (fixed) return fixed;
  if (payloadType >= 96 && samples.length > 0) {
    if (samples.every(({ payload }) => isTelephoneEvent(payload))) return { codec: 'dtmf', name: 'telephone-event', clock: 8_000 };
    if (isOpus(samples)) return { codec: 'opus', name: 'opus', clock: 48_000 };
  }
  return { codec: null, name: `payload type ${payloadType}`, clock: 8_000 };
}

/** RFC 4733, 2.3: event, E and R bits with volume, duration. Events 0 to 15 are the keys of a telephone. */
function isTelephoneEvent(payload: Uint8Array): boolean {
  return payload.length === 4 && (payload[0] as number) <= 15 && ((payload[1] as number) & 0x40) === 0;
}

/** Whether at least half of the steps between neighbours are as long at 48 kHz as the packet before says it is. */
function isOpus(samples: readonly Sample[]): boolean {
  let right = 0;
  for (let i = 1; i < samples.length; i++) {
    const before = samples[i - 1] as Sample;
    const step = ((samples[i] as Sample).timestamp - before.timestamp) | 0;
    if (step > 0 && step === opusTicks(before.payload)) right++;
  }
  return samples.length > 1 && right * 2 >= samples.length - 1;
}

const SILK_MS = [10, 20, 40, 60];
const HYBRID_MS = [10, 20];
const CELT_MS = [2.5, 5, 10, 20];

/** Length of an Opus packet at 48 kHz, by its first byte and, where it says so, the second (RFC 6716, 3.1 and 3.2); 0: none */
export function opusTicks(payload: Uint8Array): number {
  const [toc, count = 0] = payload;
  if (toc === undefined) return 0;
  const config = toc >> 3;
  const ms = config < 12 ? SILK_MS[config & 3] : config < 16 ? HYBRID_MS[config & 1] : CELT_MS[config & 3];
  const frames = (toc & 3) === 0 ? 1 : (toc & 3) < 3 ? 2 : count & 0x3f;
  const ticks = (ms as number) * 48 * frames;
  // 5.1: none is longer than 120 ms
  return ticks <= 5_760 ? ticks : 0;
}
