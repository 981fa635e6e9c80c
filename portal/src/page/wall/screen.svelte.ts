import { untrack } from 'svelte';
import { Live } from '#live/live.svelte.ts';
import type { CompanyNames } from '../names.ts';
import type { WallData } from './load.ts';

/** However many calls end. */
const LEAST_MS = 5_000;
/** Also when none does: the board may be of other colours, and callers wait for longer. */
const MOST_MS = 20_000;
/** The stream has ended: perhaps the board is over. */
const ENDED_MS = 2_000;
/** A board that is over or full is asked about again: its maker may be let in again. */
const OVER_MS = 60_000;
/** The server speaks at least every 5 s: a connection that is silent for longer is dead, whatever the browser thinks of it. */
const SILENCE_MS = 6_500;
const DEAD_MS = 20_000;
/** A stream that is opened anew is no loss of the connection. */
const GRACE_MS = 2_500;
/** Clocks of televisions are wrong by minutes; less than this is the way here. */
const LEAST_SKEW_MS = 2_000;

/**
 * A screen on the wall: the live stream, and figures that are read again as calls end. It never gives up; nobody is there to press a
 * key. All its times are ms since the epoch by the server's clock. Made while a component is.
 */
export class WallScreen {
  readonly live = new Live();
  data = $state.raw() as WallData;
  names = $state.raw<CompanyNames>({ employees: [], numbers: [], groups: [], channels: [], projects: [], tags: [] });
  /** the address shows nothing any more */
  isOver = $state(false);
  /** the address is open on as many screens as it may be; it is followed as soon as one of them is closed */
  isCrowded = $state(false);
  /** when the stream last said something; 0 = not yet */
  heardAt = $state(0);
  /** when the figures were read */
  readAt = $state(0);
  /** ticking */
  now = $state(0);
  readonly #address: string;
  readonly #query: string;
  readonly #directory = $derived(this.data.directory);
  readonly #news = $derived(this.live.state.endedCount + this.live.state.reloads + this.live.state.caseChanges);
  #knownNews = 0;
  #skew = 0;
  #asking = false;
  #askedAt = 0;

  /** @param address of the wall, without a slash at its end @param query of the address, with its question mark @param first what the first HTML shows */
  constructor(address: string, query: string, first: WallData) {
    this.#address = address;
    this.#query = query;
    this.data = first;
    this.#take(first);
    this.isCrowded = first.isCrowded;
    this.now = first.now;
    $effect(() => {
      this.#skew = skewOf(first.now);
      this.#askedAt = performance.now();
      // once: what a tick looks at changes with every tick
      untrack(() => this.#tick());
      const timer = setInterval(() => this.#tick(), 1_000);
      return () => clearInterval(timer);
    });
    $effect(() => this.#stream());
    $effect(() => {
      if (this.live.heardAt > 0) this.heardAt = this.#time();
    });
    $effect(() => this.#follow());
    $effect(() => {
      if (this.live.connection === 'connected') this.isCrowded = false;
    });
  }

  /** The stream has said nothing for longer than a working one can. */
  get isLost(): boolean {
    if (this.heardAt === 0) return false;
    const silence = this.now - this.heardAt;
    return silence > SILENCE_MS || (this.live.connection === 'reconnecting' && silence > GRACE_MS);
  }

  /** How old what the stream told is, as in the top bar of the portal; null: nothing is known yet. */
  get freshness(): { seconds: number; lastEventAt: number | null; failing: boolean } | null {
    const { freshness } = this.live.state;
    if (freshness === null) return null;
    const { seconds, lastEventAt, why } = freshness;
    return { seconds, lastEventAt: lastEventAt || null, failing: why !== null && why !== 'behind' };
  }

  #time(): number {
    return Date.now() + this.#skew;
  }

  #take(data: WallData): void {
    if (data.names) this.names = data.names;
    this.data = data;
    this.readAt = data.now;
  }

  #tick(): void {
    this.now = this.#time();
    if (performance.now() - this.#askedAt >= this.#everyMs()) void this.#ask();
  }

  #everyMs(): number {
    if (this.isOver || this.isCrowded) return OVER_MS;
    if (this.live.connection === 'reconnecting') return ENDED_MS;
    return this.isLost || this.data.failure !== null ? LEAST_MS : MOST_MS;
  }

  /** Follows the stream until the board is over; anew when the directory changed, or when the connection is dead. */
  #stream(): (() => void) | undefined {
    void this.#directory;
    if (this.isOver) return;
    const url = `${this.#address}/events${this.#query}`;
    let followedAt = performance.now();
    let end = this.live.follow(url, true);
    const timer = setInterval(() => {
      if (performance.now() - Math.max(this.live.heardAt, followedAt) < DEAD_MS) return;
      end();
      followedAt = performance.now();
      end = this.live.follow(url, true);
    }, LEAST_MS);
    return () => {
      clearInterval(timer);
      end();
    };
  }

  /** Reads figures again as calls end and cases change. */
  #follow(): (() => void) | undefined {
    const news = this.#news;
    if (news === this.#knownNews) return;
    const wait = Math.max(0, untrack(() => this.#askedAt) + LEAST_MS - performance.now());
    const timer = setTimeout(() => {
      this.#knownNews = news;
      void this.#ask();
    }, wait);
    return () => clearTimeout(timer);
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    this.#askedAt = performance.now();
    try {
      const asked = new URLSearchParams(this.#query);
      asked.set('known', this.data.directory);
      const answer = await fetch(`${this.#address}/figures?${asked}`, { cache: 'no-store', signal: AbortSignal.timeout(15_000) });
      // of whoever signed in: the page says what is asked of them, or that it is not for them any more. A board has nobody to tell
      if (this.data.board.name === null && (answer.redirected || answer.status === 403)) location.reload();
      if (answer.status === 410) this.isOver = true;
      if (!answer.ok) return;
      const data = (await answer.json()) as WallData;
      // another program of the portal: its pages may read other figures
      if (data.version !== this.data.version) location.reload();
      this.#skew = skewOf(data.now);
      this.#take(data);
      this.isOver = false;
      if (this.live.connection === 'reconnecting') this.isCrowded = data.isCrowded;
    } catch {
      // what is shown stays, and says of when it is
    } finally {
      this.#asking = false;
    }
  }
}

/** @param now of the server, a moment ago */
function skewOf(now: number): number {
  const skew = now - Date.now();
  return Math.abs(skew) < LEAST_SKEW_MS ? 0 : skew;
}
