const LOW = [697, 770, 852, 941] as const;
const HIGH = [1_209, 1_336, 1_477, 1_633] as const;
const KEYS = '123A456B789C*0#D';

/** Peak of a sine of so many dBm0 in samples of 16 bits: full scale of G.711 is 3.14 dBm0. */
export const peakOf = (dbm0: number): number => 32_256 * 10 ** ((dbm0 - 3.14) / 20);

export interface Pressed {
  key: string;
  /** seconds */
  at: number;
  seconds: number;
}

/** How a phone makes its tones; what is left out is as it should be. */
export interface Making {
  /** dBm0 of the stronger tone */
  level?: number;
  /** dB of the high tone over the low */
  twist?: number;
  /** share of each frequency that it is off: the low down, the high up */
  off?: number;
}

/** Adds a key to samples as a phone that sends no telephone events does. */
export function press(
  pcm: Int16Array,
  rate: number,
  { key, at, seconds }: Pressed,
  { level = -10, twist = 0, off = 0 }: Making = {},
): void {
  const index = KEYS.indexOf(key);
  const low = (LOW[index >> 2] as number) * (1 - off);
  const high = (HIGH[index & 3] as number) * (1 + off);
  const [lowPeak, highPeak] = [peakOf(level + Math.min(0, -twist)), peakOf(level + Math.min(0, twist))];
  const from = Math.round(at * rate);
  for (let i = 0; i < Math.round(seconds * rate); i++) {
    const turn = (2 * Math.PI * i) / rate;
    // begins at another place of its waves for each key
    const tone = lowPeak * Math.sin(low * turn + index) + highPeak * Math.sin(high * turn + 2 * index);
    pcm[from + i] = Math.max(-32_768, Math.min(32_767, (pcm[from + i] as number) + Math.round(tone)));
  }
}

/** Every key in turn. @param seconds of each @param gap seconds between them */
export function everyKey(at: number, seconds: number, gap: number): Pressed[] {
  return [...KEYS].map((key, i) => ({ key, at: at + i * (seconds + gap) + (i * 1.3) / 1_000, seconds }));
}

/**
 * Where a key is to be heard, seconds: stretches of 20 ms that are two tones of Q.23 and little else, by plain sums and nothing
 * that the recorder has.
 */
export function heardKeys(pcm: Int16Array, rate: number): number[] {
  const size = rate / 50;
  const found: number[] = [];
  for (let from = 0; from + size <= pcm.length; from += size / 2) {
    const part = pcm.subarray(from, from + size);
    const power = part.reduce((sum, v) => sum + v * v, 0) / size;
    const share = (hz: number) => {
      let [re, im] = [0, 0];
      part.forEach((v, i) => {
        re += v * Math.cos((2 * Math.PI * hz * i) / rate);
        im += v * Math.sin((2 * Math.PI * hz * i) / rate);
      });
      return (2 * (re * re + im * im)) / size / size / power;
    };
    if (power < 20) continue;
    const [low, high] = [Math.max(...LOW.map(share)), Math.max(...HIGH.map(share))];
    if (low > 0.1 && high > 0.1 && low + high > 0.85) found.push(from / rate);
  }
  return found;
}
