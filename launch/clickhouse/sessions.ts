import type { Session } from 'chdb';

export class Busy extends Error {}

const MOST_WAITING = 500;

/**
 * Sessions of the embedded engine. One session runs one query at a time and keeps its settings, so each is held by one
 * request at a time; more requests wait in line.
 */
export class SessionPool {
  readonly #free: Session[];
  readonly #all: Session[];
  #waiting: ((session: Session) => void)[] = [];

  constructor(size: number, open: () => Session) {
    this.#all = Array.from({ length: size }, open);
    this.#free = [...this.#all];
  }

  /** @throws Busy when too many wait already */
  async hold<T>(work: (session: Session) => Promise<T>): Promise<T> {
    let session = this.#free.pop();
    if (!session) {
      if (this.#waiting.length >= MOST_WAITING) throw new Busy('too many simultaneous queries');
      session = await new Promise<Session>((done) => this.#waiting.push(done));
    }
    try {
      return await work(session);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(session);
      else this.#free.push(session);
    }
  }

  close(): void {
    for (const session of this.#all) session.close();
  }
}

/** A value as a SQL string literal. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
