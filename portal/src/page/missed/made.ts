import type { CaseTotals } from '@callscope/modules/cases/store.ts';
import type { Format } from '#format/format.ts';
import type { Words } from '#words/words.ts';
import type { Made, Step } from '../explained.ts';

export type CaseFigure = 'cases' | 'calledBack' | 'gotThrough' | 'remaining' | 'overdue';

/** How a figure of cases is made: those that add up to all, or the share of all that one is. */
export function casesMade(id: CaseFigure, totals: CaseTotals, format: Format, words: Words['missed']): Made {
  const said = format.number(totals[id]);
  const step = (sign: Step['sign'], of: CaseFigure): Step => ({ sign, said: format.number(totals[of]), name: words.stats[of] });
  const steps: Step[] =
    id === 'cases'
      ? [step('', 'calledBack'), step('+', 'gotThrough'), step('+', 'remaining'), step('=', 'cases')]
      : totals.cases === 0
        ? []
        : [step('', id), step('÷', 'cases'), { sign: '=', said: format.percent(totals[id] / totals.cases, 0), name: words.ofCases }];
  return { label: words.stats[id], definition: words.about[id], said, steps };
}
