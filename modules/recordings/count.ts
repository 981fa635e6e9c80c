import type { CallRow } from '@callscope/core/domain/call.ts';
import { RECORDING_REASONS, type RecordingReason } from '@callscope/core/domain/recording.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Kysely } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { isByItself, recordingOf } from './rules.ts';
import { segmentsOf } from './store.ts';

export type RecordedCall = Pick<CallRow, 'id' | 'startedAt' | 'answeredAt' | 'endedAt' | 'recordRule'>;

/** Calls of a day that were to be recorded, and what became of that. */
export interface RecordingDay {
  /** yyyy-mm-dd on which they began, in the company's zone */
  day: string;
  /** answered, with a rule that records by itself */
  expected: number;
  ready: number;
  pending: number;
  /** should have been recorded and was not */
  missing: number;
  /** without audio, by reason; `fault` are those that are missing */
  reasons: Partial<Record<RecordingReason, number>>;
}

export const isExpected = ({ answeredAt, recordRule }: Pick<RecordedCall, 'answeredAt' | 'recordRule'>): boolean =>
  answeredAt > 0 && isByItself(recordRule);

/**
 * Counts what should have been recorded and was not: page by page, however many calls there are, by the rule that every cell and every
 * answer of REST follows (`recordingOf`).
 * @param pages of answered calls, in any order @param dayOf of a moment in ms @param now ms
 */
export async function countRecordings(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  pages: AsyncIterable<readonly RecordedCall[]>,
  dayOf: (at: number) => string,
  now: number,
): Promise<RecordingDay[]> {
  const days = new Map<string, RecordingDay>();
  for await (const page of pages) {
    const expected = page.filter(isExpected);
    const segments = await segmentsOf(
      db,
      scope,
      expected.map((call) => call.id),
    );
    for (const call of expected) {
      const day = dayOf(call.startedAt / 1_000);
      const line = days.get(day) ?? { day, expected: 0, ready: 0, pending: 0, missing: 0, reasons: {} };
      days.set(day, line);
      const { status, reason } = recordingOf(call, segments.get(call.id) ?? [], now);
      line.expected++;
      if (status === 'ready') line.ready++;
      else if (status === 'pending') line.pending++;
      else if (status === 'failed') line.missing++;
      if (reason !== null) line.reasons[reason] = (line.reasons[reason] ?? 0) + 1;
    }
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** All days together. */
export function sumOfDays(days: readonly RecordingDay[]): Omit<RecordingDay, 'day'> {
  const sum = (of: 'expected' | 'ready' | 'pending' | 'missing') => days.reduce((all, day) => all + day[of], 0);
  const reasons: RecordingDay['reasons'] = {};
  for (const reason of RECORDING_REASONS) {
    const count = days.reduce((all, day) => all + (day.reasons[reason] ?? 0), 0);
    if (count > 0) reasons[reason] = count;
  }
  return { expected: sum('expected'), ready: sum('ready'), pending: sum('pending'), missing: sum('missing'), reasons };
}
