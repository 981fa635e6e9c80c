import { type CallCost, costsOfCalls } from '@callscope/analytics/run/call-costs.ts';
import { CALL_SOURCES, type CallRow, callTimes, DIRECTIONS, HANGUP_SIDES } from '@callscope/core/domain/call.ts';
import { RECORDING_REASONS, RECORDING_STATUSES } from '@callscope/core/domain/recording.ts';
import { MISSED_KINDS, RESULTS } from '@callscope/core/domain/result.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { recordingOf, type SegmentState } from '@callscope/modules/recordings/rules.ts';
import { segmentsOf } from '@callscope/modules/recordings/store.ts';
import { z } from '@hono/zod-openapi';
import type { Deps } from '../deps.ts';

const time = z.string().describe('RFC 3339 in UTC, milliseconds');
const employee = z.object({ id: z.string(), name: z.string() }).nullable();

export const callSchema = z
  .object({
    id: z.string(),
    callIds: z.array(z.string()),
    tenant: z.string(),
    direction: z.enum(DIRECTIONS),
    result: z.enum(RESULTS),
    missedKind: z.enum(MISSED_KINDS).nullable(),
    from: z.string(),
    dialled: z.string(),
    dialledRaw: z.string(),
    number: z.string().nullable().describe("the company's own number (DID)"),
    answeredBy: z.string().nullable(),
    employee,
    group: z.string().nullable(),
    startedAt: time,
    ringingAt: time.nullable(),
    answeredAt: time.nullable(),
    endedAt: time,
    ringSeconds: z.number().nullable(),
    talkSeconds: z.number(),
    durationSeconds: z.number(),
    sipCode: z.number().int().nullable(),
    hangupBy: z.enum(HANGUP_SIDES).nullable(),
    trunk: z
      .string()
      .nullable()
      .describe(
        'id of the line to a carrier that it came or went by, of several that were tried the last; null: none, or the edge did not say',
      ),
    cost: z
      .object({ amount: z.number().int().describe('kopecks, with VAT; 0: free by the tariff'), currency: z.literal('RUB') })
      .nullable()
      .optional()
      .describe('null: not charged, or not yet; there is none without finance:read'),
    source: z.enum(CALL_SOURCES).describe('what the figures come from; rule = closed after silence'),
    revision: z.number().int(),
    legs: z.array(
      z.object({ target: z.string(), employee, startedAt: time, result: z.enum(RESULTS), sipCode: z.number().int().nullable() }),
    ),
    recording: z.object({
      status: z.enum(RECORDING_STATUSES),
      reason: z.enum(RECORDING_REASONS).nullable().describe('why there is none'),
      seconds: z.number().nullable(),
      segments: z.array(z.object({ from: z.number().describe('seconds after the call began'), seconds: z.number() })),
    }),
  })
  .openapi('Call');

export type CallJson = z.output<typeof callSchema>;

/** Cut, not rounded: a call is found from its own startedAt on, a period's start included. */
const iso = (us: number) => new Date(Math.floor(us / 1000)).toISOString();
const orNull = <T extends string>(text: T | ''): T | null => (text === '' ? null : text);

/** Calls in the contract's JSON; what stands beside them is asked for all of them at once. @param names employee names by id */
export async function callsJson(
  { db, store, clock }: Pick<Deps, 'db' | 'store' | 'clock'>,
  scope: TenantScope,
  calls: readonly CallRow[],
  names: ReadonlyMap<string, string>,
): Promise<CallJson[]> {
  const ids = calls.map(({ id }) => id);
  const [segments, costs] = await Promise.all([segmentsOf(db, scope, ids), scope.costs ? costsOfCalls(store, scope, ids) : null]);
  const now = clock.now();
  return calls.map((call) => ({
    ...callJson(call, names, segments.get(call.id) ?? [], now),
    ...(costs && { cost: costJson(costs.get(call.id)) }),
  }));
}

const costJson = (cost: CallCost | undefined) => (cost === undefined ? null : { amount: cost.amount, currency: 'RUB' as const });

/** @param names employee names by id @param segments what recorders have said of the call @param now ms */
function callJson(c: CallRow, names: ReadonlyMap<string, string>, segments: readonly SegmentState[], now: number): CallJson {
  const person = (id: string) => (id === '' ? null : { id, name: names.get(id) ?? id });
  return {
    id: c.id,
    callIds: c.callIds,
    tenant: c.tenant,
    direction: c.direction,
    result: c.result,
    missedKind: orNull(c.missedKind),
    from: c.from,
    dialled: c.dialled,
    dialledRaw: c.dialledRaw,
    number: orNull(c.number),
    answeredBy: orNull(c.answeredBy),
    employee: person(c.employee),
    group: orNull(c.group),
    startedAt: iso(c.startedAt),
    ringingAt: c.ringingAt ? iso(c.ringingAt) : null,
    answeredAt: c.answeredAt ? iso(c.answeredAt) : null,
    endedAt: iso(c.endedAt),
    ...callTimes(c),
    sipCode: c.sipCode || null,
    hangupBy: orNull(c.hangupBy),
    trunk: orNull(c.trunk),
    source: c.source,
    revision: c.revision,
    legs: c.legs.map((l) => ({
      target: l.target,
      employee: person(l.employee),
      startedAt: iso(l.startedAt),
      result: l.result,
      sipCode: l.sipCode || null,
    })),
    recording: recordingOf(c, segments, now),
  };
}
