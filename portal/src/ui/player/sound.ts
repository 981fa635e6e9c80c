/** How loud each side is, and where it is heard. */
export interface Sound {
  /** 0 to 2, 1 = as recorded: the other party, and our side */
  left: number;
  right: number;
  /** −1: only the other party, 1: only our side */
  balance: number;
  /** both sides in both ears */
  together: boolean;
}

export const AS_RECORDED: Sound = { left: 1, right: 1, balance: 0, together: false };

/** How much of a side goes to an ear. */
export interface Gains {
  left: { toLeft: number; toRight: number };
  right: { toLeft: number; toRight: number };
}

export function gainsOf({ left, right, balance, together }: Sound): Gains {
  const of = (volume: number, share: number) => Math.max(0, Math.min(2, volume)) * Math.max(0, Math.min(1, share));
  const l = of(left, 1 - balance);
  const r = of(right, 1 + balance);
  return { left: { toLeft: l, toRight: together ? l : 0 }, right: { toLeft: together ? r : 0, toRight: r } };
}

export const isAsRecorded = (sound: Sound): boolean => sound.left === 1 && sound.right === 1 && sound.balance === 0 && !sound.together;

/**
 * The way of an audio element's sound through the browser's mixer. Made only when somebody asks for another sound: an element that
 * once went through a mixer goes through it for good.
 */
export class Mixer {
  readonly #context: AudioContext;
  readonly #gains: Record<keyof Gains, Record<keyof Gains['left'], GainNode>>;

  constructor(audio: HTMLAudioElement) {
    this.#context = new AudioContext();
    const source = this.#context.createMediaElementSource(audio);
    const splitter = this.#context.createChannelSplitter(2);
    const merger = this.#context.createChannelMerger(2);
    // a file of one channel is heard as both
    source.channelCount = 2;
    source.connect(splitter);
    const to = (side: number, ear: number) => {
      const gain = this.#context.createGain();
      splitter.connect(gain, side);
      gain.connect(merger, 0, ear);
      return gain;
    };
    this.#gains = { left: { toLeft: to(0, 0), toRight: to(0, 1) }, right: { toLeft: to(1, 0), toRight: to(1, 1) } };
    merger.connect(this.#context.destination);
  }

  set(sound: Sound): void {
    const gains = gainsOf(sound);
    for (const side of ['left', 'right'] as const)
      for (const ear of ['toLeft', 'toRight'] as const) this.#gains[side][ear].gain.value = gains[side][ear];
    if (this.#context.state === 'suspended') void this.#context.resume();
  }

  close(): void {
    void this.#context.close();
  }
}
