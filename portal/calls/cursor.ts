import { createHash } from 'node:crypto';
import type { After } from '@callscope/analytics/run/calls.ts';
import { Problem } from './problem.ts';

const CHECK_LENGTH = 12;

/** A cursor is good for the filters and the company it was made with: `bound` is both as text. */
export function encodeCursor(after: After, bound: string): string {
  return Buffer.from(JSON.stringify([after.startedAt, after.id, checkOf(bound)])).toString('base64url');
}

/** @throws Problem 400 */
export function decodeCursor(cursor: string, bound: string): After {
  try {
    const [startedAt, id, check] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as [unknown, unknown, unknown];
    if (typeof startedAt === 'number' && Number.isSafeInteger(startedAt) && typeof id === 'string') {
      if (check === checkOf(bound)) return { startedAt, id };
      throw new Problem(400, 'this cursor belongs to another company or other filters: begin again without it', [
        { field: 'cursor', message: 'made with other filters' },
      ]);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
  }
  throw new Problem(400, 'this is not a cursor of ours: use `next` of the page before', [{ field: 'cursor', message: 'not a cursor' }]);
}

function checkOf(bound: string): string {
  return createHash('sha256').update(bound).digest('base64url').slice(0, CHECK_LENGTH);
}
