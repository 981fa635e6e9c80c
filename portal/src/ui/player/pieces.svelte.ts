import { createContext } from 'svelte';
import type { Player, Track } from './player.svelte.ts';

/** Plays pieces of recordings: from a second on, to another. */
export class Pieces {
  readonly #player: Player;
  #piece = $state.raw<{ id: string; from: number; to: number; isBegun: boolean } | null>(null);

  constructor(player: Player) {
    this.#player = player;
  }

  play(track: Track, piece: { from: number; to: number }): void {
    if (this.#player.track?.id !== track.id || !this.#player.isPlaying(track.id)) this.#player.play(track, null);
    this.#piece = { id: track.id, ...piece, isBegun: false };
  }

  /** In an effect: the audio goes to the piece's beginning as soon as it sounds, and stands still at its end, once. */
  watch(): void {
    const piece = this.#piece;
    if (piece === null) return;
    const { track, state, at } = this.#player;
    if (track?.id !== piece.id) this.#piece = null;
    else if (!piece.isBegun && state === 'playing') {
      this.#piece = { ...piece, isBegun: true };
      this.#player.seek(piece.from);
    } else if (piece.isBegun && at >= piece.to) {
      this.#piece = null;
      this.#player.pause();
    }
  }
}

export const [getPieces, setPieces] = createContext<Pieces>();
