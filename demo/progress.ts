/** Where the demo writes: log lines and, at the bottom of a terminal, one line of progress that is always whole. */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  #status = '';

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  line(text: string): void {
    if (this.#out.isTTY && this.#status !== '') this.#out.write(`\r\x1b[2K${text}\n${this.#status}`);
    else this.#out.write(`${text}\n`);
  }

  /** Replaces the line at the bottom; '' takes it away. Only on a terminal. */
  status(text: string): void {
    if (!this.#out.isTTY) return;
    const width = Math.max(20, (this.#out.columns ?? 80) - 1);
    this.#status = text.slice(0, width);
    this.#out.write(`\r\x1b[2K${this.#status}`);
  }

  get isTerminal(): boolean {
    return this.#out.isTTY === true;
  }
}

const BAR = 28;
const PLAIN_EVERY_MS = 5_000;
const REDRAW_MS = 200;
const RATE_OVER_MS = 10_000;

export function formatCount(n: number): string {
  return n.toLocaleString('en-US');
}

export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  const s = Math.max(0, Math.round(seconds));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}

/** History's progress: percent, calls, rate, time left; on a terminal a bar, elsewhere a line every five seconds. */
export class Progress {
  readonly #screen: Screen;
  readonly #total: number;
  #done = 0;
  #drawn = 0;
  #samples: { at: number; done: number }[] = [];

  constructor(screen: Screen, total: number) {
    this.#screen = screen;
    this.#total = total;
    this.#samples.push({ at: performance.now(), done: 0 });
  }

  /** @param note what else is to be seen, such as live calls */
  advance(done: number, note: string): void {
    this.#done = done;
    const now = performance.now();
    const every = this.#screen.isTerminal ? REDRAW_MS : PLAIN_EVERY_MS;
    if (now - this.#drawn < every) return;
    this.#drawn = now;
    this.#samples.push({ at: now, done });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > RATE_OVER_MS) this.#samples.shift();
    const text = this.#text(note);
    if (this.#screen.isTerminal) this.#screen.status(text);
    else this.#screen.line(text);
  }

  #text(note: string): string {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    const rate = first && last && last.at > first.at ? ((last.done - first.done) / (last.at - first.at)) * 1_000 : 0;
    const share = this.#total === 0 ? 1 : Math.min(1, this.#done / this.#total);
    const full = Math.round(share * BAR);
    const bar = `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
    const left = rate > 0 ? formatSeconds((this.#total - this.#done) / rate) : '–';
    return `history ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${formatCount(this.#done)} of ${formatCount(this.#total)} calls  ${Math.round(rate)}/s  ${left} left${note === '' ? '' : `  ${note}`}`;
  }

  end(): void {
    this.#screen.status('');
  }
}
