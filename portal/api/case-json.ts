import type { Company } from '@callscope/analytics/query/plan.ts';
import { normalizePhone, phoneFromPeople } from '@callscope/core/domain/phone.ts';
import { CASE_STATUSES, type Case } from '@callscope/modules/cases/store.ts';
import { z } from '@hono/zod-openapi';
import { CursorError, decodeCursor, encodeCursor } from '../calls/cursor.ts';
import { Problem } from './problem.ts';

const time = z.string().describe('RFC 3339 in UTC, milliseconds');
const employee = z.object({ id: z.string(), name: z.string() });

export const caseSchema = z
  .object({
    id: z.string().describe('id of the first missed call; any missed call of the case leads to it'),
    status: z
      .enum(CASE_STATUSES)
      .describe('open, working and dismissed are what people say of an open case; the others are what calls say'),
    from: z.string().describe('outside number; empty: hidden'),
    returnable: z.boolean().describe('false: the number is hidden, nobody can be called back'),
    number: z.string().nullable().describe("the company's own number that was called last"),
    overdue: z.boolean().describe('open, not dismissed, and dueAt has passed'),
    dueAt: time.nullable().describe('by the settings of now while it is open, by those in force at its end when it is closed'),
    openedAt: time.describe('start of the first missed call: periods select by it'),
    waitingFrom: time.describe('its end: waiting, the first attempt and success are counted from here'),
    lastMissedAt: time,
    missed: z.number().int().describe('missed calls while the case was open'),
    missedCalls: z.array(z.string()),
    offered: z.array(employee).describe('employees whom the missed calls rang'),
    attempts: z.number().int().describe('our calls to the number while the case was open, the answered one among them'),
    attemptedBy: z.array(employee),
    firstAttemptAt: time.nullable(),
    lastAttemptAt: time.nullable(),
    secondsToFirstAttempt: z.number().nullable(),
    closedAt: time.nullable().describe('when our call back was answered, or the caller got through'),
    secondsToSuccess: z.number().nullable(),
    closedCall: z.string().nullable(),
    closedBy: employee.nullable(),
    owner: employee.nullable(),
    comment: z.string(),
    changedBy: z.string().nullable().describe('who set owner, comment or status last'),
    changedAt: time.nullable(),
    claim: z.object({ holder: z.string(), expiresAt: time }).nullable().describe('who calls the number back right now'),
  })
  .openapi('Case');
export type CaseJson = z.output<typeof caseSchema>;

/** @param names employee names by id */
export function caseJson(c: Case, names: ReadonlyMap<string, string>): CaseJson {
  const person = (id: string) => ({ id, name: names.get(id) ?? id });
  const orNull = (id: string) => (id === '' ? null : person(id));
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  const waited = (until: Date | null) => (until ? Math.max(0, until.getTime() - c.waitingFrom.getTime()) / 1_000 : null);
  return {
    id: c.id,
    status: c.status,
    from: c.number,
    returnable: c.number !== '',
    number: c.ownNumber || null,
    overdue: c.overdue,
    dueAt: iso(c.dueAt),
    openedAt: c.openedAt.toISOString(),
    waitingFrom: c.waitingFrom.toISOString(),
    lastMissedAt: c.lastMissedAt.toISOString(),
    missed: c.missedCalls.length,
    missedCalls: c.missedCalls,
    offered: c.offered.map(person),
    attempts: c.attempts,
    attemptedBy: c.attemptedBy.map(person),
    firstAttemptAt: iso(c.firstAttemptAt),
    lastAttemptAt: iso(c.lastAttemptAt),
    secondsToFirstAttempt: waited(c.firstAttemptAt),
    closedAt: iso(c.closedAt),
    secondsToSuccess: waited(c.closedAt),
    closedCall: c.closedCall || null,
    closedBy: orNull(c.closedBy),
    owner: orNull(c.owner),
    comment: c.comment,
    changedBy: c.changedBy,
    changedAt: iso(c.changedAt),
    claim: c.claim && { holder: c.claim.holder, expiresAt: c.claim.expiresAt.toISOString() },
  };
}

/** Numbers in any spelling, separated by commas, as calls have them. */
export function numbersOf(text: string, { country }: Company): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
    .map((one) => normalizePhone(phoneFromPeople(one, country), country));
}

/** The place after a case, as a cursor. @param bound what it is good for: company and filters as text */
export function encodePlace(last: Case | undefined, bound: string): string | null {
  return last ? encodeCursor({ startedAt: last.openedAt.getTime(), id: last.id }, bound) : null;
}

/** @throws Problem */
export function decodePlace(cursor: string, bound: string): { openedAt: number; id: string } {
  try {
    const { startedAt, id } = decodeCursor(cursor, bound);
    return { openedAt: startedAt, id };
  } catch (error) {
    if (error instanceof CursorError) throw new Problem(400, error.message, [{ field: 'cursor', message: error.wrong }]);
    throw error;
  }
}
