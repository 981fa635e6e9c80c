import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import { conditionsIn, conditionWords, type Names } from '../src/page/journal/conditions.ts';
import { wordedPeriod } from '../src/page/period.ts';
import type { SheetFact } from './sheet.ts';
import type { Speech } from './speech.ts';

/** Which days: what stands in titles and names of files. */
export function periodText({ from, to, time }: Pick<CallFilter, 'from' | 'to' | 'time'>, { format, words }: Speech): string {
  const { facts } = words.files;
  if (from !== undefined && to !== undefined)
    return format.period(wordedPeriod({ from, to }, format.zone, time), { capital: false, weekday: false });
  const moment = (at: number) => `${format.date(at, true)} ${format.timeShort(at)}`;
  if (from !== undefined) return facts.since(moment(from));
  return to === undefined ? facts.allTime : facts.until(moment(to));
}

/** Period, conditions and zone of a question, as they stand beside its rows. */
export function questionFacts(filter: CallFilter, names: Names, speech: Speech): SheetFact[] {
  const { from: _from, to: _to, ...asked } = filter;
  const { time: _time, ...untimed } = asked;
  // hours are said with the days that they cut
  const conditions = filter.from === undefined || filter.to === undefined ? asked : untimed;
  const said = conditionsIn(conditions).map((condition): SheetFact => {
    const { name, value } = conditionWords(condition, conditions, names, speech);
    return { label: name, value };
  });
  const { facts } = speech.words.files;
  return [{ label: facts.period, value: periodText(filter, speech) }, ...said, { label: facts.zone, value: speech.format.zoneName() }];
}
