import type { Ladder } from '@callscope/portal/calls/ladder.ts';
import type { Waveform as Shape } from '@callscope/portal/recordings/respond.ts';
import type { CallCard } from '#page/call/load.ts';
import type { Names } from '#page/journal/conditions.ts';
import { namesOf } from '#page/names.ts';
import type { I18n } from '#ui/i18n.svelte.ts';
import { inCall, inRecording, stretchesOf } from '#ui/player/axis.ts';
import type { Player, Track } from '#ui/player/player.svelte.ts';

/** A call's page as its parts see it: one axis, in seconds of the call, and the recording on it. */
export class Card {
  readonly i18n: I18n;
  readonly mayListen: boolean;
  readonly company: string;
  readonly #data: () => CallCard;
  readonly #player: Player;
  /** null: it has not come yet, or there is none */
  shape = $state.raw<Shape['segments'] | null>(null);
  /** who said what to whom, once it has come */
  ladder = $state.raw<Ladder | null>(null);
  /** the message that is shown, by its place in the ladder */
  step = $state<number | null>(null);

  constructor(data: () => CallCard, player: Player, i18n: I18n, { company, mayListen }: { company: string; mayListen: boolean }) {
    this.#data = data;
    this.#player = player;
    this.i18n = i18n;
    this.company = company;
    this.mayListen = mayListen;
  }

  get data(): CallCard {
    return this.#data();
  }

  get words() {
    return this.i18n.words.callCard;
  }

  readonly names: Names = $derived.by(() => namesOf(this.data.names, this.i18n));
  readonly stretches = $derived(stretchesOf(this.shape ?? []));
  /** the player has this call */
  readonly isHere = $derived.by(() => this.#player.track?.id === this.data.row.id && this.#player.track.company === this.company);
  /** seconds of the recording, 0 while another call plays */
  readonly at = $derived.by(() => (this.isHere ? this.#player.at : 0));
  /** where the player is on the axis; null: it plays something else */
  readonly now = $derived.by(() => (this.isHere && this.stretches.length > 0 ? inCall(this.stretches, this.at) : null));
  /** it can be heard, and by this person */
  readonly isHeard = $derived.by(() => this.mayListen && this.data.row.recording?.status === 'ready');

  /** «+7 983 000-27-14», or a word where the number is not there */
  said(number: string): string {
    return number === '' ? this.i18n.format.none : this.i18n.format.phone(number);
  }

  get track(): Track {
    const { row } = this.data;
    const { format } = this.i18n;
    const about = [
      ...(row.employee === '' ? [] : [this.names.employee(row.employee)]),
      ...(row.number === '' ? [] : [this.names.number(row.number)]),
      `${format.date(row.startedAt)} ${format.timeShort(row.startedAt)}`,
    ];
    return {
      ...{ id: row.id, company: this.company, from: this.said(row.from), to: this.said(row.answeredBy || row.dialled) },
      ...{ about: about.join(', '), seconds: row.recording?.seconds ?? 0 },
    };
  }

  play(): void {
    this.#player.play(this.track, null);
  }

  /** @param at seconds of the recording */
  seek(at: number): void {
    if (this.isHeard) this.#player.playAt(this.track, at, null);
  }

  /** @param at seconds of the call */
  seekCall(at: number): void {
    const to = inRecording(this.stretches, at);
    if (to !== null) this.seek(to);
  }
}
