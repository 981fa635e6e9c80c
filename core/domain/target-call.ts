import { z } from 'zod';
import type { WorkingHours } from './schedule.ts';

/** Which calls a company calls target calls: those that its advertising is paid for. */
export interface TargetRule {
  /** an inbound call that was answered and talked for longer than this; 0 = any answered one */
  talkSeconds: number;
  /** of each caller only the first such call of the period; callers who hide their number cannot be told apart and have none */
  firstOnly: boolean;
  /** only calls that begin within working hours */
  inWorkingHours: boolean;
}

export const DEFAULT_TARGET_RULE: TargetRule = { talkSeconds: 30, firstOnly: false, inWorkingHours: false };

export const targetRuleSchema = z.strictObject({
  talkSeconds: z.number().int().min(0).max(3_600).describe('an answered inbound call with more seconds of talk is a target call'),
  firstOnly: z
    .boolean()
    .describe(
      "only the caller's first such call of the period; calls of hidden numbers then are none, as nobody can tell their callers apart",
    ),
  inWorkingHours: z.boolean().describe('only calls that begin within the working hours that the company has now'),
});

/** The rule with the hours that it means: what the meaning of a figure depends on. */
export interface TargetCall extends Omit<TargetRule, 'inWorkingHours'> {
  /** null: at any time */
  hours: WorkingHours;
}

export const DEFAULT_TARGET_CALL: TargetCall = { talkSeconds: DEFAULT_TARGET_RULE.talkSeconds, firstOnly: false, hours: null };
