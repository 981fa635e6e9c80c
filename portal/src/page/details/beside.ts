import { DIMENSIONS } from '@callscope/analytics/catalog/dimensions.ts';
import { MEASURES } from '@callscope/analytics/catalog/measures.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import type { Format } from '#format/format.ts';
import type { Names } from '../journal/conditions.ts';
import type { Beside } from './rows.ts';

/**
 * What the rows of a report have besides its figures.
 * @param last µs since the epoch, by key. @param accounts employee's id by what their phones call with
 */
export function besideOf(
  report: Report,
  last: Readonly<Record<string, number>>,
  accounts: Readonly<Record<string, string>>,
  names: Names,
  format: Format,
): Beside & { hasLast: boolean } {
  const [first] = report.measures;
  const { by } = report;
  const note = (key: string): string => {
    if (by === 'number' && key !== '') return names.number(key) === format.phone(key) ? '' : format.phone(key);
    const owner = by === 'account' ? accounts[key] : undefined;
    return owner === undefined ? '' : names.employee(owner);
  };
  return {
    note,
    last: new Map(Object.entries(last)),
    // who is offered a call shares it with others
    isShared: first !== undefined && MEASURES[first].kind === 'count' && by !== 'offeredTo',
    hasLast: by !== null && DIMENSIONS[by].column !== null,
    isInOrder: by === 'hour' || by === 'day' || by === 'talk',
  };
}
