import { createContext } from 'svelte';

/** What is played: a call, in words for the bar. */
export interface Track {
  /** id of the call */
  id: string;
  company: string;
  /** «+7 983 000-27-14» and «103» */
  from: string;
  to: string;
  /** «Орлова М. В., 2ГИС, 14:02» */
  about: string;
  /** seconds, as far as the list knows */
  seconds: number;
}

/** Where a track stands among others: the list that it was taken from. */
export interface Queue {
  next: (id: string) => Track | null;
  previous: (id: string) => Track | null;
}

export const SPEEDS = [1, 1.25, 1.5, 2] as const;
export type Speed = (typeof SPEEDS)[number];
export type PlayerState = 'loading' | 'playing' | 'paused' | 'failed' | 'gone';

/** What is heard, kept while pages change. The bar's audio element does what is said here, and tells how far it is. */
export class Player {
  track = $state.raw<Track | null>(null);
  state = $state<PlayerState>('loading');
  /** seconds */
  at = $state(0);
  /** seconds of the audio itself, once it is known */
  length = $state(0);
  speed = $state<Speed>(1);
  skipsSilence = $state(false);
  #queue: Queue | null = null;
  #audio: HTMLAudioElement | null = null;

  /** Plays a call from its beginning; the one that is there goes on or stands still. */
  play(track: Track, queue: Queue | null = this.#queue): void {
    this.#queue = queue;
    if (this.track?.id === track.id && this.track.company === track.company && this.state !== 'failed') {
      this.toggle();
      return;
    }
    this.track = track;
    this.state = 'loading';
    this.at = 0;
    this.length = track.seconds;
  }

  /** The bar's audio element; null when it goes. */
  attach(audio: HTMLAudioElement | null): void {
    this.#audio = audio;
  }

  toggle(): void {
    const audio = this.#audio;
    if (!audio) return;
    if (audio.paused) void audio.play().catch(() => undefined);
    else audio.pause();
  }

  pause(): void {
    this.#audio?.pause();
  }

  /** Stands still at the beginning. */
  stop(): void {
    this.#audio?.pause();
    this.seek(0);
  }

  /** @param to seconds; what is beyond the ends is the end */
  seek(to: number): void {
    if (!this.#audio || this.length === 0) return;
    const at = Math.max(0, Math.min(this.length, to));
    this.#audio.currentTime = at;
    this.at = at;
  }

  skip(seconds: number): void {
    this.seek(this.at + seconds);
  }

  again(): void {
    this.state = 'loading';
    this.#audio?.load();
  }

  get next(): Track | null {
    return this.track ? (this.#queue?.next(this.track.id) ?? null) : null;
  }

  get previous(): Track | null {
    return this.track ? (this.#queue?.previous(this.track.id) ?? null) : null;
  }

  close(): void {
    this.#audio?.pause();
    this.track = null;
  }

  isPlaying(id: string): boolean {
    return this.track?.id === id && this.state === 'playing';
  }
}

export const [getPlayer, setPlayer] = createContext<Player>();

/** Where the audio and the waveform of a call are. */
export function recordingHref({ company, id }: Pick<Track, 'company' | 'id'>): string {
  return `/c/${encodeURIComponent(company)}/calls/${encodeURIComponent(id)}/recording`;
}
