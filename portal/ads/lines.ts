import { DIMENSIONS } from '@callscope/analytics/catalog/dimensions.ts';
import type { MeasureId } from '@callscope/analytics/catalog/measures.ts';
import { type Figures, figuresOf } from '@callscope/analytics/query/answer.ts';
import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import { adLines } from '@callscope/analytics/reports/ad-lines.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { startOfDay } from '@callscope/core/domain/zone.ts';
import { atRisk, costOf, type Spend, spentByLine } from '@callscope/modules/ads/months.ts';
import { spendOf } from '@callscope/modules/ads/spend.ts';
import { casesByNumber } from '@callscope/modules/cases/store.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { casesUnder } from '../cases/under.ts';
import type { Deps } from '../deps.ts';

/** An own number that advertising leads to. */
export interface Line {
  /** as calls have it */
  number: string;
  /** '' = the directory does not call it anything */
  name: string;
}
/** What a line brought and what it cost; money in kopecks, null = nobody has said. */
export interface LineFigures {
  figures: Figures;
  spend: number | null;
  costPerCall: number | null;
  costPerTarget: number | null;
  /** callers whom nobody has reached, and what their calls cost */
  waiting: number;
  atRisk: number | null;
}
export interface AdLines {
  lines: (Line & LineFigures)[];
  totals: LineFigures;
}

/** Callers that somebody has to call back: one that was dismissed is not waited for. */
const WAITING = ['open', 'working'] as const;

/**
 * The company's ad lines: numbers that the directory gives a channel, and those that somebody has entered spend for. Of whoever
 * has projects instead of the whole company, those of the projects.
 */
export async function linesOf(
  { db }: Pick<Deps, 'db'>,
  scope: TenantScope,
  company: RuledTenant,
  directory: Pick<DirectoryBody, 'numbers'>,
): Promise<{ lines: Line[]; spend: Spend[] }> {
  const spend = await spendOf(db, scope);
  const paid = new Set(spend.map((one) => one.number));
  const own = directory.numbers.map(({ number, label, channel }) => {
    const as = normalizePhone(number, company.country);
    return { number: as, name: channel || label || '', isAd: channel !== null && channel !== '' };
  });
  const known = new Set(own.map(({ number }) => number));
  const gone = [...paid].filter((number) => !known.has(number)).map((number) => ({ number, name: '', isAd: true }));
  const mayBeSeen = (number: string) => scope.within === undefined || scope.within.numbers.includes(number);
  const lines = [...own.filter((one) => one.isAd || paid.has(one.number)), ...gone].filter(({ number }) => mayBeSeen(number));
  const shown = new Set(lines.map(({ number }) => number));
  return { lines: lines.map(({ number, name }) => ({ number, name })), spend: spend.filter((one) => shown.has(one.number)) };
}

/** Spend counts whole days, up to the one that is not over: a month is not paid for before it is lived. */
export function paidUntil(zone: string, to: number, now: number): number {
  return Math.min(to, startOfDay(zone, now, 1));
}

export interface AskedTime {
  from: number;
  to: number;
  /** spend counts up to here */
  paidTo: number;
}

/** Conditions of the calls that lines are asked for. */
export interface AskedCalls {
  filter: CallFilter;
  /** with what the filter's words mean */
  company: Company;
}

/**
 * What the lines brought in [from, to) and what it cost. @param now for what is held and overdue
 * @param asked only these calls and the cases that they opened; what is spent is not shared out among calls
 */
export async function adLinesIn(
  { db, store }: Pick<Deps, 'db' | 'store'>,
  scope: TenantScope,
  company: RuledTenant,
  { lines, spend }: { lines: readonly Line[]; spend: readonly Spend[] },
  { from, to, paidTo }: AskedTime,
  now: number,
  asked: AskedCalls = { filter: {}, company: { ...company, zone: company.timezone } },
): Promise<AdLines> {
  const zone = company.timezone;
  const numbers = lines.map(({ number }) => number);
  const of = { number: numbers.flatMap((number) => DIMENSIONS.number.calls(number).number ?? []) };
  const plan = planReport(adLines, { ...asked.filter, from, to, ...of }, asked.company);
  const [answer, under] = await Promise.all([
    lines.length === 0 ? null : runReport(store, scope, plan),
    casesUnder(store, scope, { ...asked.filter, from, to }, asked.company),
  ]);
  const waiting = under
    ? await casesByNumber(db, scope, { ...under, status: WAITING, number: numbers }, new Date(now))
    : new Map<string, number>();
  const spent = spentByLine(spend, zone, from, paidTo);
  const byNumber = new Map(answer?.rows.map(({ key, figures }) => [key ?? '', figures]));
  const nothing = figuresOf(adLines.measures, []);
  const rows = lines.map((line) => ({
    ...line,
    ...withCosts(byNumber.get(line.number) ?? nothing, spent.get(line.number) ?? null, waiting.get(line.number) ?? 0),
  }));
  return { lines: rows, totals: totalOf(rows, answer?.totals ?? nothing) };
}

function withCosts(figures: Figures, spend: number | null, waiting: number): LineFigures {
  const count = (id: MeasureId) => figures[id] ?? null;
  return {
    ...{ figures, spend, waiting, costPerCall: costOf(spend, count('in')), costPerTarget: costOf(spend, count('target')) },
    atRisk: atRisk(waiting, spend, count('in')),
  };
}

/**
 * Of all lines. What a call cost on the whole counts the calls of those lines alone of which somebody has said what they cost:
 * a line without spend would make the others look cheap.
 */
function totalOf(rows: readonly LineFigures[], figures: Figures): LineFigures {
  const paid = rows.filter((row) => row.spend !== null);
  const sum = (of: readonly LineFigures[], value: (row: LineFigures) => number | null) =>
    of.reduce((all, row) => all + (value(row) ?? 0), 0);
  const spend = paid.length === 0 ? null : sum(paid, (row) => row.spend);
  const risks = rows.filter((row) => row.atRisk !== null);
  return {
    ...{ figures, spend, waiting: sum(rows, (row) => row.waiting) },
    costPerCall: costOf(
      spend,
      sum(paid, (row) => row.figures.in ?? null),
    ),
    costPerTarget: costOf(
      spend,
      sum(paid, (row) => row.figures.target ?? null),
    ),
    atRisk: risks.length === 0 || paid.length === 0 ? null : sum(risks, (row) => row.atRisk),
  };
}

/** Numbers that whoever asks may enter spend for, as calls have them. */
export function ownNumbers({ numbers }: Pick<DirectoryBody, 'numbers'>, { country }: RuledTenant, { within }: TenantScope): Set<string> {
  const own = numbers.map(({ number }) => normalizePhone(number, country));
  return new Set(own.filter((number) => within === undefined || within.numbers.includes(number)));
}

/** The rule is the whole company's: whoever has a part of it does not change it. */
export const mayChangeRule = ({ within }: TenantScope): boolean => within === undefined;
