/** Loudness of one side every 20 ms: dB below full scale, 0 loudest, 127 nothing at all. A byte each, so that hours fit. */
export const LEVEL_MS = 20;
export const SILENT = 127;

/** Takes the samples of a side as they are written and keeps what is shown and reckoned of them. */
export class Meter {
  /** levels so far; the last window may be begun */
  readonly #levels: Uint8Array;
  readonly #window: number;
  #sum = 0;
  #inWindow = 0;
  #size = 0;
  readonly #peaks: Uint8Array;
  readonly #perPeak: number;
  #sample = 0;

  /**
   * @param rate samples a second @param micros that will come in all @param peaks points of the waveform at most
   */
  constructor(rate: number, micros: number, peaks: number) {
    const ms = Math.max(LEVEL_MS, Math.ceil(micros / 1_000 / peaks));
    this.#window = (rate * LEVEL_MS) / 1_000;
    // one more than fits: lengths are rounded to samples
    this.#levels = new Uint8Array(Math.ceil(micros / 1_000 / LEVEL_MS) + 1);
    this.#perPeak = (rate * ms) / 1_000;
    this.#peaks = new Uint8Array(Math.ceil(micros / 1_000 / ms));
  }

  take(pcm: Int16Array): void {
    for (const value of pcm) {
      this.#sum += value * value;
      const height = Math.min(255, Math.abs(value) >> 7);
      const point = Math.floor(this.#sample++ / this.#perPeak);
      if (height > (this.#peaks[point] ?? 255)) this.#peaks[point] = height;
      if (++this.#inWindow === this.#window) this.#close();
    }
  }

  /** @returns level of each window of 20 ms, and the waveform: the largest of each stretch, 255 = full scale */
  end(): { levels: Uint8Array; peaks: Uint8Array } {
    if (this.#inWindow > 0) this.#close();
    return { levels: this.#levels.subarray(0, this.#size), peaks: this.#peaks };
  }

  #close(): void {
    this.#levels[this.#size++] = decibels(this.#sum / this.#inWindow);
    this.#sum = 0;
    this.#inWindow = 0;
  }
}

/** @param power mean square of samples of 16 bits */
function decibels(power: number): number {
  if (power < 1) return SILENT;
  return Math.min(SILENT - 1, Math.max(0, Math.round(-10 * Math.log10(power / 2 ** 30))));
}
