import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { type CasePlace, type CaseStatus, countCases, listCases } from '@callscope/modules/cases/store.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { periodText, questionFacts } from '@callscope/portal/files/question-facts.ts';
import { type CellKind, partOfRows, type Sheet, type SheetColumn, type SheetPart, type SheetRow } from '@callscope/portal/files/sheet.ts';
import { type Speech, speechOf } from '@callscope/portal/files/speech.ts';
import type { Locale } from '#words/words.ts';
import { loadNames } from '../directory.ts';
import { namesOf } from '../names.ts';
import type { MissedAddress, Show } from './address.ts';
import { casesShown } from './load.ts';

const A_PART = 1_000;
/** Still to be called back: how long they have waited is asked of these alone. */
const WAITING: readonly CaseStatus[] = ['open', 'working'];

/**
 * All cases of the page's question, on every page of it, in its order. What changes while they are read may come as it was.
 * @throws FilterError, QueryTooLarge, StoreUnavailable
 */
export async function casesSheet(scope: TenantScope, tenant: RuledTenant, address: MissedAddress, locale: Locale): Promise<Sheet> {
  const { db, clock } = deps();
  const now = clock.now();
  const speech = speechOf(tenant, locale);
  const [known, shown] = await Promise.all([loadNames(scope, tenant), casesShown(scope, tenant, address)]);
  const names = namesOf(known, speech);
  const own = new Map(known.numbers.map(({ number, name }) => [number, name]));
  const { missed: words, files } = speech.words;
  const count = shown === null ? 0 : (await countCases(db, scope, shown.filter, new Date(now))).cases;

  async function* rows(): AsyncGenerator<SheetPart> {
    let after: CasePlace['after'];
    for (let isMore = shown !== null; isMore && shown; ) {
      const cases = await listCases(db, scope, shown.filter, { limit: A_PART, order: shown.order, after }, new Date(now));
      yield partOfRows(
        cases.map((c): SheetRow => {
          const waits = WAITING.includes(c.status) ? Math.max(0, Math.round((now - c.waitingFrom.getTime()) / 1_000)) : null;
          const named = (employee: string) => (employee === '' ? null : names.employee(employee));
          return {
            cells: [
              ...[c.number === '' ? words.hidden : c.number, c.ownNumber || null, own.get(c.ownNumber) || null, c.missedCalls.length],
              ...[c.openedAt.getTime(), c.lastMissedAt.getTime(), c.attempts, c.lastAttemptAt?.getTime() ?? null, waits],
              ...[words.status[c.status], c.overdue ? words.overdue : null, c.closedAt?.getTime() ?? null, named(c.closedBy)],
              ...[named(c.owner), c.comment || null],
            ],
          };
        }),
      );
      const last = cases.at(-1);
      isMore = cases.length === A_PART && last !== undefined;
      after = last && { openedAt: last.openedAt.getTime(), id: last.id };
    }
  }

  const { columns: heads, file, stats } = words;
  const shows: Record<Show, string> = {
    ...words.shows,
    ...{ remaining: stats.remaining, calledBack: stats.calledBack, gotThrough: stats.gotThrough },
  };
  const column = (id: string, head: string, kind: CellKind): SheetColumn => ({ id, head, kind });
  const filter = { ...address.conditions, from: address.period.from, to: address.period.to };
  const owner =
    address.owner === null ? [] : [{ label: words.owner, value: address.owner === '' ? words.nobody : names.employee(address.owner) }];
  return {
    ...{ locale, zone: tenant.timezone, plainName: `cases-${scope.tenant}`, title: casesTitle(address, speech) },
    columns: [
      ...[column('from', heads.from, 'phone'), column('number', heads.number, 'phone'), column('name', files.name, 'text')],
      ...[column('times', heads.times, 'integer'), column('first', heads.first, 'instant'), column('last', heads.last, 'instant')],
      ...[column('attempts', heads.attempts, 'integer'), column('lastAttempt', file.lastAttempt, 'instant')],
      ...[column('wait', heads.wait, 'duration'), column('status', heads.status, 'text'), column('overdue', file.overdue, 'text')],
      ...[column('closed', file.closed, 'instant'), column('closedBy', file.closedBy, 'text')],
      ...[column('owner', heads.owner, 'text'), column('comment', heads.comment, 'text')],
    ],
    ...{ rows: rows(), count, totals: null },
    facts: [...questionFacts(filter, names, speech), { label: words.show, value: shows[address.show] }, ...owner],
  };
}

/** Of its file: what the page shows, and of which days. */
export function casesTitle({ conditions, period: { from, to } }: MissedAddress, speech: Speech): string {
  return `${speech.words.missed.list}, ${periodText({ ...conditions, from, to }, speech)}`;
}
