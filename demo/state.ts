import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPANIES } from './companies/all.ts';
import type { CompanyPlan } from './plan/day.ts';
import { perDayFor } from './plan/day.ts';
import { addDays, dateOf } from './plan/zone.ts';

/** What a DATA_DIR's demo is made of and how far it has come. Kept in DATA_DIR/demo/state.json, for its owner only. */
export interface DemoState {
  seed: string;
  calls: number;
  days: number;
  /** first start, ms since the epoch: history ends and live calls begin here */
  began: number;
  /** calls were sent: `began` stays as it is */
  started: boolean;
  companiesMade: boolean;
  /** days of history that are in, newest first */
  daysLoaded: number;
  /** live calls that ended until then were sent, ms since the epoch */
  liveUntil: number;
  /** of all demo users */
  password: string;
}

export class StateFile {
  readonly #file: string;
  state: DemoState;

  /** @param fresh what a first run takes */
  constructor(dataDir: string, fresh: { seed: string; calls: number; days: number; now: number }) {
    const dir = join(dataDir, 'demo');
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.#file = join(dir, 'state.json');
    try {
      this.state = JSON.parse(readFileSync(this.#file, 'utf8')) as DemoState;
    } catch {
      const { now, ...rest } = fresh;
      this.state = { ...rest, began: now, started: false, companiesMade: false, daysLoaded: 0, liveUntil: now, password: newPassword() };
      this.save({});
    }
  }

  save(change: Partial<DemoState>): void {
    Object.assign(this.state, change);
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(this.state, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

/** The same plan for every run on a DATA_DIR. */
export function companyPlans({ seed, calls, days, began }: Pick<DemoState, 'seed' | 'calls' | 'days' | 'began'>): CompanyPlan[] {
  return COMPANIES.map((company) => {
    const last = dateOf(company.zone, began);
    const dates = Array.from({ length: days }, (_, i) => addDays(last, -i));
    return { company, seed, perDay: perDayFor(company, calls, last, dates), grownAt: last, floorFrom: began };
  });
}

/** To be typed by a person: no letters or digits that look like others. */
function newPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const part = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return `${part()}-${part()}-${part()}`;
}
