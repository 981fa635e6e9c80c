import type { LiveCall } from '@callscope/core/bus/live.ts';
import type { CompanyNames } from '../names.ts';
import { peopleIn, type Shown } from './lines.ts';

const NOBODY: ReadonlySet<string> = new Set();

/** One employee on the wall. */
export interface Square {
  employee: string;
  name: string;
  state: Shown | 'free' | 'away';
  /** ms since the epoch; null = it is not known since when somebody is free */
  since: number | null;
  /** the call's direction and own number, for its words */
  call: LiveCall | null;
}

/** Everybody in the directory's order: squares keep their place. @param away who has no phone registered */
export function squaresOf(
  { employees }: Pick<CompanyNames, 'employees'>,
  calls: readonly LiveCall[],
  away: ReadonlySet<string> = NOBODY,
): Square[] {
  const busy = new Map<string, { state: Shown; call: LiveCall }>();
  for (const call of calls) {
    for (const { employee, state } of peopleIn(call)) {
      // who talks is talking, whatever else rings at the desk
      if (employee !== '' && busy.get(employee)?.state !== 'talking') busy.set(employee, { state, call });
    }
  }
  return employees.map(({ id, name }) => {
    const at = busy.get(id);
    if (at === undefined) return { employee: id, name: shortName(name), state: away.has(id) ? 'away' : 'free', since: null, call: null };
    const { call, state } = at;
    const since = state === 'talking' ? call.answeredAt || call.startedAt : call.ringingAt || call.startedAt;
    return { employee: id, name: shortName(name), state, since, call };
  });
}

/** «Соколова А. П.» -> «Соколова А.»: from five metres the second initial is noise. */
export function shortName(name: string): string {
  return name.replace(/^(\S+ \S\.) ?\S\.$/, '$1');
}

export interface Grid {
  columns: number;
  rows: number;
}

/** Text keeps its size: what does not fit then is counted, not shown. */
export function gridFor(people: number): Grid {
  if (people <= 9) return { columns: 3, rows: 3 };
  if (people <= 20) return { columns: 4, rows: people <= 12 ? 3 : people <= 16 ? 4 : 5 };
  return { columns: 6, rows: Math.min(5, Math.ceil(people / 6)) };
}
