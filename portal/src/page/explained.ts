import type { RuleValue } from '@callscope/analytics/catalog/company-rules.ts';
import { MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { Explanation, Operand } from '@callscope/analytics/run/explain.ts';
import type { Format } from '#format/format.ts';
import { textOf } from './dashboard/figures.ts';

/** With the company's rules as they are now, which may be newer than the page. */
export interface RuledExplanation extends Explanation {
  rules: RuleValue[];
}

/** A line of how a figure is made: "÷ 50 Поступило". */
export interface Step {
  sign: '' | '+' | '÷' | '×' | '−' | '=';
  said: string;
  name: string;
}

/** A figure that is no measure of the catalogue: made of other figures on the page. */
export interface Made {
  label: string;
  definition: string;
  said: string;
  steps: readonly Step[];
}

/** Both numbers of a mean or share and what they give; none for a figure that is counted. */
export function stepsOf(measure: MeasureId, { division, value }: Pick<Explanation, 'division' | 'value'>, format: Format): Step[] {
  if (division === null) return [];
  const step = (sign: Step['sign'], { measure: of, value: number }: Operand): Step => ({
    ...{ sign, said: textOf(of, number, format), name: MEASURES[of].label[format.locale] },
  });
  const { over, by, less } = division;
  return [
    step('', over),
    step('÷', by),
    ...(less === null ? [] : [step('−', less)]),
    { sign: '=', said: textOf(measure, value, format), name: MEASURES[measure].label[format.locale] },
  ];
}
