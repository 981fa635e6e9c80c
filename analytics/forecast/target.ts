import type { FigureRules } from '@callscope/core/domain/settings.ts';
import type { ServiceTarget } from './erlang.ts';

/** A target as people write it, in per cent and seconds; what is left out is the company's own. */
export interface TargetForm {
  percent?: number | undefined;
  seconds?: number | undefined;
  shrinkage?: number | undefined;
}

/** What may be asked for, ends included. */
export const TARGET_LIMITS = {
  percent: { least: 1, most: 100 },
  seconds: { least: 0, most: 600 },
  shrinkage: { least: 0, most: 90 },
} as const satisfies Record<keyof TargetForm, { least: number; most: number }>;

/** The company's own target with what was asked otherwise. */
export function targetOf({ percent, seconds, shrinkage = 0 }: TargetForm, rules: FigureRules): ServiceTarget {
  return {
    share: (percent ?? rules.serviceLevelPercent) / 100,
    seconds: seconds ?? rules.answerWithinSeconds,
    shrinkage: shrinkage / 100,
  };
}
