import type { MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import type { Format } from '#format/format.ts';
import type { Words } from '#words/words.ts';
import type { Made, Step } from '../explained.ts';
import { type ColumnId, columnValue, isCalls, textOf } from './columns.ts';
import { type CompanyOfLinks, planOf } from './links.ts';
import type { AdLinesData, ComparedLine } from './load.ts';

/** The calls that a sum of money is divided by. */
const SHARED = { costPerCall: 'in', costPerTarget: 'target' } as const;
/** More lines than anybody reads in a small window: the rest is one sum. */
const MOST_LINES = 20;

/** How a figure of all lines is made: of calls, of money, or of money by calls. */
export interface LineExplanation {
  measure?: MeasureId;
  filter: CallFilter | null;
  made?: Made;
}

export function explainedLine(
  id: ColumnId,
  company: CompanyOfLinks,
  ads: AdLinesData,
  format: Format,
  words: Words['ads'],
): LineExplanation {
  const { filter, isEmpty } = planOf(company, ads);
  const asked = isEmpty || ads.lines.length === 0 ? null : filter;
  if (isCalls(id)) return { measure: id, filter: asked };
  const money = (of: ColumnId, line: Parameters<typeof columnValue>[1] | null) =>
    textOf(of, line && columnValue(of, line), format, ads.currency);
  const said = money(id, ads.totals);
  const result: Step = { sign: '=', said, name: words.names[id] };
  const made = (steps: readonly Step[]): Made => ({ label: words.names[id], definition: words.about[id], said, steps });
  if (id === 'costPerCall' || id === 'costPerTarget') {
    const measure = SHARED[id];
    // of the lines that somebody has said the spend of, as the sum itself is
    const paid = ads.lines.filter((line) => line.spend !== null);
    const calls = paid.reduce((sum, { figures }) => sum + (figures[measure] ?? 0), 0);
    const steps: Step[] = [
      { sign: '', said: money('spend', ads.totals), name: words.names.spend },
      { sign: '÷', said: format.number(calls), name: words.shorts[measure] },
      result,
    ];
    const filterOfPaid = asked && paid.length > 0 ? { ...asked, number: paid.map(({ number }) => `+${number}`) } : null;
    return { measure, filter: filterOfPaid, made: made(isPaid(ads) ? steps : []) };
  }
  const parts = ads.lines.filter((line) => (columnValue(id, line) ?? 0) > 0);
  const saidOf = (line: ComparedLine) =>
    id === 'atRisk' ? `${format.number(line.waiting)} × ${money('costPerCall', line)}` : money(id, line);
  const steps = parts.slice(0, MOST_LINES).map(
    (line, i): Step => ({
      ...{ sign: i === 0 ? '' : '+', said: saidOf(line), name: line.name || format.phone(line.number) },
    }),
  );
  const more = parts.length - steps.length;
  return {
    filter: null,
    made: made([...steps, ...(more > 0 ? [{ sign: '+' as const, said: '…', name: words.count(more) }] : []), result]),
  };
}

/** Nothing was paid, or nobody said so: there is nothing to divide. */
const isPaid = ({ totals }: AdLinesData): boolean => totals !== null && totals.spend !== null;
