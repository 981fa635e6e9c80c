import { createHash } from 'node:crypto';
import type { After } from '@callscope/analytics/run/calls.ts';

const CHECK_LENGTH = 12;

/** A cursor that cannot be used here; English, for people who write requests. */
export class CursorError extends Error {
  /** in a few words, beside the parameter's name */
  readonly wrong: string;
  constructor(message: string, wrong: string) {
    super(message);
    this.wrong = wrong;
  }
}

/** A cursor is good for the filters, the order and the company it was made with: `bound` is all of them as text. */
export function encodeCursor(after: After, bound: string): string {
  const value = after.value === undefined ? [] : [after.value];
  return Buffer.from(JSON.stringify([after.startedAt, after.id, checkOf(bound), ...value])).toString('base64url');
}

/** @throws CursorError */
export function decodeCursor(cursor: string, bound: string): After {
  const [startedAt, id, check, value] = partsOf(cursor);
  if (typeof startedAt !== 'number' || !Number.isSafeInteger(startedAt) || typeof id !== 'string')
    throw new CursorError('this is not a cursor of ours: use `next` of the page before', 'not a cursor');
  if (check !== checkOf(bound))
    throw new CursorError('this cursor belongs to another company or other filters: begin again without it', 'made with other filters');
  // the check is not a seal: what stands in a cursor of a sorted list is looked at as the rest is
  const isValue = typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));
  return isValue ? { startedAt, id, value } : { startedAt, id };
}

function partsOf(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function checkOf(bound: string): string {
  return createHash('sha256').update(bound).digest('base64url').slice(0, CHECK_LENGTH);
}
