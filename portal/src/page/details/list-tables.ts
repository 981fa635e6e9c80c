import { type CallFilter, MISSED, narrow } from '@callscope/analytics/query/filter.ts';
import type { Company } from '@callscope/analytics/query/plan.ts';
import { type After, listCalls } from '@callscope/analytics/run/calls.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { type CasePlace, casesOfCalls, listCases } from '@callscope/modules/cases/store.ts';
import { casesUnder } from '@callscope/portal/cases/under.ts';
import { deps } from '@callscope/portal/deps.ts';
import { type CellKind, partOfRows, type Sheet, type SheetColumn, type SheetPart, type SheetRow } from '@callscope/portal/files/sheet.ts';
import type { Speech } from '@callscope/portal/files/speech.ts';
import type { Words } from '#words/words.ts';
import { type CompanyNames, namesOf } from '../names.ts';
import { missedRow, OPEN_CASES } from './lists.ts';

const A_PART = 1_000;

/** What of a file differs from list to list. */
export type Table = Pick<Sheet, 'columns' | 'rows' | 'hrefOf' | 'count' | 'totals'>;
export interface ListAsked {
  scope: TenantScope;
  company: Company;
  filter: CallFilter;
  names: CompanyNames;
  speech: Speech;
  /** address of a call's card before its id */
  cards: string;
}

type Head = keyof Words['details']['columns'];

/** Heads of the page, but the name of an own number has a column of its own. */
function columnsOf({ words }: Speech, kinds: Partial<Record<Head | 'name', CellKind>>): SheetColumn[] {
  return Object.entries(kinds).map(([id, kind]) => ({
    ...{ id, kind },
    head: id === 'name' ? words.files.name : words.details.columns[id as Head],
  }));
}

const numbersOf = ({ numbers }: CompanyNames) => new Map(numbers.map(({ number, name }) => [number, name]));

/** Newest first, part by part by the table's own order: what comes in meanwhile moves nothing. */
export function missedTable({ scope, company, filter, names, speech, cards }: ListAsked): Table {
  const { db, store, clock } = deps();
  const { words } = speech;
  const people = namesOf(names, speech);
  const own = numbersOf(names);
  const missed = narrow(filter, MISSED);
  async function* rows(): AsyncGenerator<SheetPart> {
    let after: After | null = null;
    for (let isMore = missed !== null; isMore; ) {
      const calls = await listCalls(store, scope, missed as CallFilter, company, A_PART, after);
      const ids = calls.map(({ id }) => id);
      const cases = await casesOfCalls(db, scope, ids, new Date(clock.now()));
      yield partOfRows(
        calls.map((call): SheetRow => {
          const { at, from, number, dialled, wait, reason, ended } = missedRow(call, cases.get(call.id));
          return {
            key: call.id,
            cells: [
              ...[at, at, from === '' ? words.missed.hidden : from, number || dialled || null, own.get(number) || null, Math.round(wait)],
              ...[reason === '' ? null : words.calls.missedKind[reason], ended === null ? null : words.missed.status[ended.status]],
              ...[ended?.at ?? null, ended === null || ended.by === '' ? null : people.employee(ended.by)],
            ],
          };
        }),
      );
      const last = calls.at(-1);
      isMore = calls.length === A_PART && last !== undefined;
      after = last ? { startedAt: last.startedAt, id: last.id } : null;
    }
  }
  return {
    columns: columnsOf(speech, {
      ...{ day: 'day', time: 'time', from: 'phone', dialled: 'phone', name: 'text', wait: 'duration' },
      ...{ reason: 'text', ended: 'text', endedAt: 'instant', by: 'text' },
    }),
    ...{ rows: rows(), hrefOf: (call) => `${cards}${encodeURIComponent(call)}`, count: null, totals: null },
  };
}

/** Numbers that nobody has got through to, those that called last first. */
export function lostTable({ scope, company, filter, names, speech }: ListAsked): Table {
  const { db, store, clock } = deps();
  const { words } = speech;
  const people = namesOf(names, speech);
  const own = numbersOf(names);
  async function* rows(): AsyncGenerator<SheetPart> {
    const now = new Date(clock.now());
    const under = await casesUnder(store, scope, filter, company);
    let after: CasePlace['after'];
    for (let isMore = under !== null; isMore; ) {
      const cases = await listCases(db, scope, { ...under, status: OPEN_CASES }, { limit: A_PART, order: 'newest', after }, now);
      yield partOfRows(
        cases.map((c): SheetRow => {
          const at = c.openedAt.getTime();
          return {
            cells: [
              ...[at, at, c.number === '' ? words.missed.hidden : c.number, c.ownNumber || null, own.get(c.ownNumber) || null],
              ...[c.missedCalls.length, c.lastMissedAt.getTime(), c.attempts, words.missed.status[c.status]],
              ...[c.owner === '' ? null : people.employee(c.owner), c.offered.map((id) => people.employee(id)).join(', ') || null],
            ],
          };
        }),
      );
      const last = cases.at(-1);
      isMore = cases.length === A_PART && last !== undefined;
      after = last && { openedAt: last.openedAt.getTime(), id: last.id };
    }
  }
  return {
    columns: columnsOf(speech, {
      ...{ day: 'day', time: 'time', from: 'phone', dialled: 'phone', name: 'text', times: 'integer', lastMissed: 'instant' },
      ...{ attempts: 'integer', status: 'text', owner: 'text', offered: 'text' },
    }),
    ...{ rows: rows(), count: null, totals: null },
  };
}
