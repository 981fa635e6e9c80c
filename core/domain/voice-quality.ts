import type { Codec } from './codec.ts';

/**
 * Units first, then the E-model. HOMER and what was copied from it feed the same formula with jitter in clock units, DLSR as if it were
 * the round trip and the total of lost packets as if it were per cent: a good call then has a MOS of 1.
 */

/** Clock of the telephone codecs (RFC 3551, 6): what is assumed where nothing says which codec it was. Ticks a second. */
export const USUAL_CLOCK = 8_000;
/** Under it many people are dissatisfied (ITU-T G.107, annex B: R of 70). */
export const POOR_MOS = 3.6;
/** R of a call in which nothing is wrong (ITU-T G.107, 7.7, default values). */
const R_BASIC = 93.2;
/** ms that coding and decoding take, in the short form of the E-model. */
const CODING_MS = 10;
/** RFC 3611, 4.7.5. */
const UNAVAILABLE = 127;
/** µs from 1900 to 1970 (RFC 3550, 4). */
const NTP_EPOCH_S = 2_208_988_800;
const MIDDLE_NTP = 65_536;
/** ms. Longer is a clock that runs wrong. */
const LONGEST_ROUND_TRIP = 5_000;

/** @param units interarrival jitter of a report block (RFC 3550, 6.4.1) @param clock ticks a second @returns ms */
export function jitterMs(units: number, clock: number): number {
  return (units / clock) * 1_000;
}

/** Fraction lost of a report block, since the report before (RFC 3550, 6.4.1) @returns share, 0 to 1 */
export function lossShare(fractionLost: number): number {
  return fractionLost / 256;
}

/** A moment as LSR has it: the middle 32 bits of NTP time, in 1/65536 s (RFC 3550, 4). @param us since 1970 */
export function middleNtp(us: number): number {
  const seconds = us / 1_000_000 + NTP_EPOCH_S;
  return (Math.floor(seconds) % MIDDLE_NTP) * MIDDLE_NTP + Math.round((seconds % 1) * MIDDLE_NTP);
}

/**
 * A − LSR − DLSR (RFC 3550, 6.4.1), in ms. A is the report's arrival by the clock of whoever sent the report that LSR names, and the
 * packet was seen on its way, by another clock: the difference of the two is what that party's own sender reports differ by. So it is
 * the round trip between the place of capture and the reporting party.
 * @param at µs, when the report was seen @param clockBehind units of 1/65536 s, see `clockBehind`
 * @returns null: not told (LSR 0), or what no round trip is
 */
export function roundTripMs(block: { lsr: number; dlsr: number }, at: number, clockBehind: number): number | null {
  if (block.lsr === 0) return null;
  const ms = (signed(middleNtp(at) - clockBehind - block.lsr - block.dlsr) * 1_000) / MIDDLE_NTP;
  return ms >= 0 && ms <= LONGEST_ROUND_TRIP ? ms : null;
}

/** How much the clock of a sender report lies behind that of the capture, the way from it included; units of 1/65536 s. @param at µs */
export function clockBehind(ntp: number, at: number): number {
  return signed(middleNtp(at) - ntp);
}

/** From one moment to another, in 1/65536 s: how much the second is later. */
export function ntpAfter(first: number, second: number): number {
  return signed(second - first);
}

/** The units wrap every 18 hours. */
const signed = (units: number) => units - Math.round(units / 2 ** 32) * 2 ** 32;

/**
 * How much a codec suffers from loss: its equipment impairment and robustness against loss at random (ITU-T G.113, Appendix I, of
 * G.711 with the concealment of its own Appendix I, which phones have). Codecs that are not named there have none.
 */
const IMPAIRMENT: Partial<Record<Codec, { ie: number; bpl: number }>> = {
  pcma: { ie: 0, bpl: 25.1 },
  pcmu: { ie: 0, bpl: 25.1 },
  g729: { ie: 11, bpl: 19 },
};
/** R that each per cent of loss costs where nothing is known of the codec. */
const R_PER_LOSS = 2.5;

export interface Impaired {
  /** share, 0 to 1 */
  loss: number;
  /** ms */
  jitter: number;
  /** ms, one way */
  latency: number;
  /** null: not known, or one that G.113 does not rate */
  codec: Codec | null;
}

/**
 * R of the E-model (ITU-T G.107), everything else by default: R₀ − delay − loss. Delay in its short form, in which jitter counts twice,
 * as what a phone holds back against it. Loss by G.107, 7.5 (Ie-eff) for the codecs that G.113 rates, as it is the codec that decides
 * how much is heard of it: 6 % cost 18 in G.711 and 31 in G.729; for others, 2.5 a per cent.
 * @returns 0 to 93.2
 */
export function rFactor({ loss, jitter, latency, codec }: Impaired): number {
  const delay = latency + 2 * jitter + CODING_MS;
  const byDelay = delay < 160 ? delay / 40 : (delay - 120) / 10;
  const percent = loss * 100;
  const rated = codec === null ? undefined : IMPAIRMENT[codec];
  const byLoss = rated ? rated.ie + ((95 - rated.ie) * percent) / (percent + rated.bpl) : R_PER_LOSS * percent;
  return Math.max(0, Math.min(R_BASIC, R_BASIC - byDelay - byLoss));
}

/** Mean opinion score of an R (ITU-T G.107, annex B). @returns 1 to 4.5 */
export function mosOfR(r: number): number {
  if (r <= 0) return 1;
  if (r >= 100) return 4.5;
  return Math.max(1, 1 + 0.035 * r + 0.000_007 * r * (r - 60) * (100 - r));
}

export function mosOf(impaired: Impaired): number {
  return mosOfR(rFactor(impaired));
}

/** What a phone's own VoIP metrics say (RFC 3611, 4.7): the conversational score first, as it knows of delay; then R, then what was heard. */
export function mosOfMetrics({ r, mosLq, mosCq }: { r: number; mosLq: number; mosCq: number }): number | null {
  // 10 to 50 (4.7.5); others, as 0 of phones that do not fill them in, are no score
  const score = (tenths: number) => (tenths !== UNAVAILABLE && tenths >= 10 && tenths <= 50 ? tenths / 10 : null);
  return score(mosCq) ?? (r !== UNAVAILABLE && r > 0 && r <= 100 ? mosOfR(r) : null) ?? score(mosLq);
}
