/** Frequencies of a key's two tones, Hz (ITU-T Q.23). */
const LOW_HZ = [697, 770, 852, 941] as const;
const HIGH_HZ = [1_209, 1_336, 1_477, 1_633] as const;

/** A stretch of samples, half open. */
interface Stretch {
  from: number;
  to: number;
}

/** Both tones lie below a fifth of it: a wider side is looked at in every other sample. */
const RATE = 8_000;
/** Samples of 10 ms. The shortest key (40 ms, Q.24) has three whole blocks wherever it begins, so every third is looked at. */
const BLOCK = 80;
const WINDOW = 3 * BLOCK;

/** Peak of a sine of -45 dBm0: an echo of loud keys is found too. Full scale of G.711 is a sine of 3.14 dBm0 (A-law). */
const FAINTEST = 32_256 * 10 ** ((-45 - 3.14) / 20);
/** Of a block's power, what the high tone has at least: what does not reach it costs only this look. */
const HIGH_SHARE = 0.02;
/** … and both together: so much remains of a key that is 1.5 % off, or has noise or a bad codec about it. */
const BOTH_SHARE = 0.5;

/** How far a window may be from a key as it should be. */
interface Limits {
  /** share of each frequency */
  off: number;
  /** power of one tone over that of the other */
  twist: number;
  /** share of the window's power that its two tones leave unexplained */
  residue: number;
}

/** Q.24: 1.5 % off is a key and 3.5 % is none; 10 dB of twist is as much as any administration asks for. Speech leaves more residue. */
const SURE: Limits = { off: 0.02, twist: 10, residue: 0.2 };
/** Who presses one key presses more: beside a sure one, as much as codecs of few bits and noise make of a key. */
const BESIDE: Limits = { off: 0.025, twist: 31.6, residue: 0.4 };
const BESIDE_BEFORE = 0.8 * RATE;
const BESIDE_AFTER = 3 * RATE;
/**
 * Around a window: up to a block of the key is not in it, a codec or a room lets it ring, and beyond a packet that was lost may be
 * too little of it to be known.
 */
const MARGIN_MS = 60;

/** Nothing is found that begins earlier than so long before the last sample that was taken. */
export const LOOK_BACK_SECONDS = 1;

/**
 * Finds the keys that a phone sent as sound in one side of a call, and silences them. Samples are taken in order, as they are,
 * and silenced later. Which key it was is not told: digits are card numbers.
 */
export class KeyTones {
  /** found and not yet over, in samples of the side, in order */
  readonly #found: Stretch[] = [];
  readonly #factor: number;
  /** samples at RATE, of which the first is number #from */
  readonly #kept = new Int16Array(RATE);
  #size = 0;
  #from = 0;
  /** first sample of the next window whose middle is looked at … */
  #next = 0;
  /** of the filter before every other sample is left out */
  #before = [0, 0];
  #taken = 0;
  /** windows that are keys if a sure one comes soon, of BESIDE_BEFORE */
  #doubtful: number[] = [];
  /** the last that was beyond doubt */
  #sure = Number.NEGATIVE_INFINITY;

  constructor(rate: 8_000 | 16_000) {
    this.#factor = rate / RATE;
  }

  take(pcm: Int16Array): void {
    for (let at = 0; at < pcm.length; ) at += this.#keep(pcm, at);
  }

  /** No more samples come. */
  end(): void {
    this.take(new Int16Array(2 * WINDOW * this.#factor));
  }

  /**
   * Silences keys in samples that were taken, in order, once LOOK_BACK_SECONDS more were taken or none are left.
   * @param first number of the first sample
   */
  silence(pcm: Int16Array, first: number): void {
    for (const { from, to } of this.#found) if (to > first) pcm.fill(0, Math.max(0, from - first), Math.max(0, to - first));
    const next = this.#found.findIndex(({ to }) => to > first + pcm.length);
    this.#found.splice(0, next < 0 ? this.#found.length : next);
  }

  #keep(pcm: Int16Array, at: number): number {
    const room = this.#kept.length - this.#size;
    const part = pcm.subarray(at, at + room * this.#factor);
    if (this.#factor === 1) {
      this.#kept.set(part, this.#size);
      this.#size += part.length;
    } else this.#halve(part);
    this.#look();
    return part.length;
  }

  #halve(part: Int16Array): void {
    let [a, b] = this.#before as [number, number];
    for (const c of part) {
      if ((this.#taken++ & 1) === 1) this.#kept[this.#size++] = (a + 2 * b + c) >> 2;
      a = b;
      b = c;
    }
    this.#before = [a, b];
  }

  #look(): void {
    // the block that is looked at is the last of the first window and the first of the third
    for (; this.#next + 5 * BLOCK <= this.#from + this.#size; this.#next += WINDOW) {
      const at = this.#next - this.#from;
      const pair = likelyPair(this.#kept, at + 2 * BLOCK);
      if (pair === null) continue;
      for (let i = 0; i < 3; i++) {
        const tones = dualTone(this.#kept, at + i * BLOCK, pair);
        if (isWithin(BESIDE, tones, pair)) this.#judge(this.#next + i * BLOCK, isWithin(SURE, tones, pair));
      }
    }
    const done = this.#next - this.#from;
    this.#kept.copyWithin(0, done, this.#size);
    this.#size -= done;
    this.#from = this.#next;
  }

  #judge(at: number, isSure: boolean): void {
    const doubtful = this.#doubtful.filter((before) => before >= at - BESIDE_BEFORE);
    if (isSure) {
      for (const before of doubtful) this.#mark(before);
      this.#doubtful = [];
      this.#sure = at;
    }
    if (isSure || at <= this.#sure + BESIDE_AFTER) this.#mark(at);
    else this.#doubtful = [...doubtful, at];
  }

  #mark(at: number): void {
    const margin = (MARGIN_MS * RATE) / 1_000;
    const from = (at - margin) * this.#factor;
    const to = (at + WINDOW + margin) * this.#factor;
    const last = this.#found.at(-1);
    if (last !== undefined && from <= last.to) last.to = to;
    else this.#found.push({ from, to });
  }
}

const COEFFICIENTS = [...LOW_HZ, ...HIGH_HZ].map((hz) => 2 * Math.cos((2 * Math.PI * hz) / RATE));

/** Powers of a block at four frequencies (Goertzel), as shares of `energy`: 1 when there is nothing else. */
function strongest(pcm: Int16Array, at: number, group: 0 | 4, energy: number): { index: number; share: number } {
  const [a, b, c, d] = COEFFICIENTS.slice(group, group + 4) as [number, number, number, number];
  let [a1, a2, b1, b2, c1, c2, d1, d2] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = at; i < at + BLOCK; i++) {
    const x = pcm[i] as number;
    const a0 = x + a * a1 - a2;
    const b0 = x + b * b1 - b2;
    const c0 = x + c * c1 - c2;
    const d0 = x + d * d1 - d2;
    a2 = a1;
    a1 = a0;
    b2 = b1;
    b1 = b0;
    c2 = c1;
    c1 = c0;
    d2 = d1;
    d1 = d0;
  }
  const powers = [
    a1 * a1 + a2 * a2 - a * a1 * a2,
    b1 * b1 + b2 * b2 - b * b1 * b2,
    c1 * c1 + c2 * c2 - c * c1 * c2,
    d1 * d1 + d2 * d2 - d * d1 * d2,
  ];
  let index = 0;
  for (let i = 1; i < 4; i++) if ((powers[i] as number) > (powers[index] as number)) index = i;
  return { index, share: (2 * (powers[index] as number)) / (BLOCK * energy) };
}

/** The cheap look. @returns frequencies in Hz of the key that this block may be of, or null */
function likelyPair(pcm: Int16Array, at: number): [number, number] | null {
  let energy = 0;
  for (let i = at; i < at + BLOCK; i++) energy += (pcm[i] as number) * (pcm[i] as number);
  if (energy < (BLOCK * FAINTEST * FAINTEST) / 2) return null;
  // speech has less up there than down there
  const high = strongest(pcm, at, 4, energy);
  if (high.share < HIGH_SHARE) return null;
  const low = strongest(pcm, at, 0, energy);
  if (low.share + high.share < BOTH_SHARE) return null;
  return [LOW_HZ[low.index] as number, HIGH_HZ[high.index] as number];
}

/** What a window is, taken for two tones. */
interface DualTone {
  /** Hz */
  low: number;
  high: number;
  /** peaks of the two sines */
  lowPeak: number;
  highPeak: number;
  /** share of the window's power that is neither */
  residue: number;
}

/** The exact look: what the tones near `pair` really are, and what is left of the window without them. */
function dualTone(pcm: Int16Array, at: number, pair: readonly [number, number]): DualTone {
  const low = exactly(pcm, at, pair[0]);
  const high = exactly(pcm, at, pair[1]);
  let energy = 0;
  for (let i = 0; i < WINDOW; i++) {
    const x = pcm[at + i] as number;
    rest[i] = x;
    energy += x * x;
  }
  const l = { re: 0, im: 0 };
  const h = { re: 0, im: 0 };
  // each is a little of the other in so short a window: the second round takes what the first mistook
  for (let round = 0; round < 2; round++) {
    takeOut(low, l);
    takeOut(high, h);
  }
  let left = 0;
  for (const x of rest) left += x * x;
  return { low, high, lowPeak: Math.hypot(l.re, l.im), highPeak: Math.hypot(h.re, h.im), residue: left / energy };
}

const rest = new Float64Array(WINDOW);

/** Takes the sine of a frequency out of `rest` and adds its amplitude to `sum`. */
function takeOut(hz: number, sum: { re: number; im: number }): void {
  const [turnRe, turnIm] = [Math.cos((2 * Math.PI * hz) / RATE), Math.sin((2 * Math.PI * hz) / RATE)];
  let [re, im, c, s] = [0, 0, 1, 0];
  for (const x of rest) {
    re += x * c;
    im -= x * s;
    [c, s] = [c * turnRe - s * turnIm, c * turnIm + s * turnRe];
  }
  re *= 2 / WINDOW;
  im *= 2 / WINDOW;
  [c, s] = [1, 0];
  for (let i = 0; i < WINDOW; i++) {
    rest[i] = (rest[i] as number) - (re * c - im * s);
    [c, s] = [c * turnRe - s * turnIm, c * turnIm + s * turnRe];
  }
  sum.re += re;
  sum.im += im;
}

/** Von Hann's: what is 200 Hz away does not count. */
const HANN = Float64Array.from({ length: 2 * BLOCK }, (_, i) => 1 - Math.cos((Math.PI * (i + 0.5)) / BLOCK));

/** The frequency of what is near `hz`: how far its phase goes on in the 10 ms between the two thirds of the window. */
function exactly(pcm: Int16Array, at: number, hz: number): number {
  const [turnRe, turnIm] = [Math.cos((2 * Math.PI * hz) / RATE), Math.sin((2 * Math.PI * hz) / RATE)];
  let [re1, im1, re2, im2, c, s] = [0, 0, 0, 0, 1, 0];
  for (let i = 0; i < WINDOW; i++) {
    const x = pcm[at + i] as number;
    const first = x * (HANN[i] ?? 0);
    const second = x * (HANN[i - BLOCK] ?? 0);
    re1 += first * c;
    im1 -= first * s;
    re2 += second * c;
    im2 -= second * s;
    [c, s] = [c * turnRe - s * turnIm, c * turnIm + s * turnRe];
  }
  return hz + (Math.atan2(im2 * re1 - re2 * im1, re2 * re1 + im2 * im1) * RATE) / (2 * Math.PI * BLOCK);
}

function isWithin(limits: Limits, tones: DualTone, [low, high]: readonly [number, number]): boolean {
  const twist = (tones.lowPeak / tones.highPeak) ** 2;
  return (
    Math.abs(tones.low / low - 1) <= limits.off &&
    Math.abs(tones.high / high - 1) <= limits.off &&
    twist <= limits.twist &&
    twist >= 1 / limits.twist &&
    tones.residue <= limits.residue
  );
}
