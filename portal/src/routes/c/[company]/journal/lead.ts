import type { CallCounts } from '@callscope/analytics/run/calls.ts';
import { DIRECTIONS } from '@callscope/core/domain/call.ts';
import type { Journal } from './journal.svelte.ts';

/** The line under the title: «449 звонков: 282 входящих и 167 исходящих. Скрыто условием: 31 внутренний». */
export function leadWords({ data: { counts, hidden, failure }, chips, words, i18n: { format } }: Journal): string | undefined {
  if (failure !== null) return undefined;
  const parts = (of: CallCounts) => DIRECTIONS.filter((d) => of[d] > 0).map((d) => words.kind(d, of[d], format.number(of[d])));
  const [first, ...others] = parts(counts);
  const all = words.calls(counts.calls, format.number(counts.calls));
  const shown = first !== undefined && others.length === 0 ? words.countOne(first, counts.calls) : words.count(all, parts(counts));
  const conditions = chips.filter(({ id }) => id !== 'time').length;
  return hidden.calls > 0 && conditions > 0 ? `${shown}. ${words.hidden(conditions, parts(hidden))}` : shown;
}
