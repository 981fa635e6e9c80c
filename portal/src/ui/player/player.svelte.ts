import { createContext } from 'svelte';
import { LISTENING, type Listening, readListening, type Speed } from './liking.ts';

export { SPEEDS, type Speed } from './liking.ts';

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

/** A piece that is heard again and again; without its end, it is still to be marked. Seconds. */
export interface Loop {
  from: number;
  to: number | null;
}

const STORED = 'callscope.listening';
/** A shorter piece is a slip of the finger. */
const SHORTEST_LOOP = 0.3;

export type PlayerState = 'loading' | 'playing' | 'paused' | 'failed' | 'gone';

/** What is heard, kept while pages change. The bar's audio element does what is said here, and tells how far it is. */
export class Player {
  track = $state.raw<Track | null>(null);
  state = $state<PlayerState>('loading');
  /** seconds */
  at = $state(0);
  /** seconds of the audio itself, once it is known */
  length = $state(0);
  liking = $state.raw<Listening>(LISTENING);
  loop = $state.raw<Loop | null>(null);
  /** plays as soon as it can */
  #begins = true;
  /** where it begins, seconds */
  #from = 0;
  #queue: Queue | null = null;
  #audio: HTMLAudioElement | null = null;

  /** In the browser, once. */
  restore(): void {
    try {
      this.liking = readListening(localStorage.getItem(STORED));
    } catch {
      // a browser that stores nothing begins as everybody does
    }
  }

  like(change: Partial<Listening>): void {
    this.liking = { ...this.liking, ...change };
    try {
      localStorage.setItem(STORED, JSON.stringify(this.liking));
    } catch {
      // it is forgotten with the page
    }
  }

  get speed(): Speed {
    return this.liking.speed;
  }

  get skipsSilence(): boolean {
    return this.liking.skipsSilence;
  }

  /** Plays a call from its beginning, or only loads it, as the person likes; the one that is there goes on or stands still. */
  play(track: Track, queue: Queue | null = this.#queue): void {
    if (this.#isHere(track) && this.state !== 'failed') {
      this.#queue = queue;
      this.toggle();
      return;
    }
    this.#load(track, queue, 0, this.liking.atOnce);
  }

  /** Plays a call from a moment on, wherever it stands now. @param at seconds of the recording */
  playAt(track: Track, at: number, queue: Queue | null = this.#queue): void {
    if (!this.#isHere(track) || this.#audio === null || this.state === 'failed') {
      this.#load(track, queue, at, true);
      return;
    }
    this.seek(at);
    if (this.#audio.paused) this.toggle();
  }

  #isHere(track: Pick<Track, 'id' | 'company'>): boolean {
    return this.track?.id === track.id && this.track.company === track.company;
  }

  #load(track: Track, queue: Queue | null, from: number, begins: boolean): void {
    this.#queue = queue;
    this.track = track;
    this.state = 'loading';
    this.loop = null;
    this.at = from;
    this.#from = from;
    this.#begins = begins;
    this.length = track.seconds;
  }

  /** The element knows how long its audio is: it stands where it was asked to, and plays where that is wished and the browser lets it. */
  ready(audio: HTMLAudioElement): void {
    if (Number.isFinite(audio.duration)) this.length = audio.duration;
    if (this.#from > 0) audio.currentTime = Math.min(this.#from, this.length);
    this.#from = 0;
    if (!this.#begins) this.state = 'paused';
    // a page that was opened by a link may not make a sound before somebody touches it
    else void audio.play().catch(() => (this.state = 'paused'));
  }

  /** It is at its end: the piece begins again, or the next of the list does. */
  ended(): void {
    if (this.loop?.to != null) {
      this.seek(this.loop.from);
      this.toggle();
    } else if (this.liking.goesOn && this.next) this.#load(this.next, this.#queue, 0, true);
    else this.state = 'paused';
  }

  /** Where it has come to; goes back where a piece is heard again and again. */
  moved(at: number): void {
    this.at = at;
    if (this.loop?.to != null && at >= this.loop.to) this.seek(this.loop.from);
  }

  /** Marks the beginning of a piece, then its end, then lets it go. */
  markLoop(): void {
    const { loop, at } = this;
    if (loop === null) this.loop = { from: at, to: null };
    else if (loop.to === null && Math.abs(at - loop.from) >= SHORTEST_LOOP) {
      this.loop = { from: Math.min(at, loop.from), to: Math.max(at, loop.from) };
      this.seek(this.loop.from);
    } else this.loop = null;
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
    this.#from = this.at;
    this.#begins = true;
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
    this.loop = null;
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
