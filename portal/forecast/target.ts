import { DEFAULT_TARGET, type ServiceTarget } from '@callscope/analytics/forecast/erlang.ts';
import { z } from '@hono/zod-openapi';

/** What an address may ask otherwise than the company has it, in per cent and seconds as people write them. */
export const targetQuery = {
  percent: z.coerce.number().min(1).max(100).optional().describe('service level: this share of callers is answered in time, per cent'),
  seconds: z.coerce.number().min(0).max(600).optional().describe('service level: in time is within so many seconds'),
  shrinkage: z.coerce
    .number()
    .min(0)
    .max(90)
    .optional()
    .describe('share of paid time in which people do not take calls: breaks, meetings, illness; per cent'),
};
export const targetForm = z.object(targetQuery);
export type TargetForm = z.output<typeof targetForm>;

/** The company's own target with what was asked otherwise. */
export function targetOf({ percent, seconds, shrinkage }: TargetForm): ServiceTarget {
  return {
    share: percent === undefined ? DEFAULT_TARGET.share : percent / 100,
    seconds: seconds ?? DEFAULT_TARGET.seconds,
    shrinkage: shrinkage === undefined ? DEFAULT_TARGET.shrinkage : shrinkage / 100,
  };
}
