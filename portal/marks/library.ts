import { callsByIds } from '@callscope/analytics/run/calls.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Caller } from '@callscope/modules/access/callers.ts';
import { type Entry, type LibraryPlace, type LibraryQuestion, markedCalls, writtenOf } from '@callscope/modules/marks/library.ts';
import { type MarksOfCall, marksOf, NO_MARKS } from '@callscope/modules/marks/read.ts';
import type { Deps } from '../deps.ts';

/** A call of the library with what people said of it. */
export interface LibraryCall {
  call: CallRow;
  marks: MarksOfCall;
  entries: Entry[];
  comments: { text: string; by: string; second: number | null }[];
}

const LOOK = 500;
/** Whoever sees few of the calls looks through this many of them at a time, and goes on from there. */
const MOST_LOOKS = 20;

/** Calls that people marked, of those that the asker sees, the newest first. @returns next: null at the end */
export async function libraryPage(
  { db, store }: Pick<Deps, 'db' | 'store'>,
  scope: TenantScope,
  caller: Caller,
  question: LibraryQuestion,
  after: LibraryPlace | null,
  limit: number,
): Promise<{ calls: LibraryCall[]; next: LibraryPlace | null }> {
  const found: CallRow[] = [];
  let place = after;
  let isEnd = false;
  // one more than is shown, so that the last page knows itself
  for (let looks = 0; found.length <= limit && !isEnd && looks < MOST_LOOKS; looks++) {
    const most = scope.within === undefined ? limit + 1 : LOOK;
    const keys = await markedCalls(db, scope, caller, question, place, most);
    const calls = await callsByIds(
      store,
      scope,
      keys.map((key) => key.callId),
    );
    for (const { callId } of keys) {
      const call = calls.get(callId);
      if (call) found.push(call);
    }
    place = keys.at(-1) ?? place;
    isEnd = keys.length < most;
  }
  const shown = found.slice(0, limit);
  const ids = shown.map((call) => call.id);
  const [marks, written] = await Promise.all([marksOf(db, scope, ids), writtenOf(db, scope, caller, ids)]);
  const [entries, comments] = [Map.groupBy(written.entries, (e) => e.callId), Map.groupBy(written.comments, (c) => c.callId)];
  const last = shown.at(-1);
  const next = found.length > limit && last ? { startedAt: Math.floor(last.startedAt / 1_000), callId: last.id } : isEnd ? null : place;
  return {
    calls: shown.map((call) => ({
      ...{ call, marks: marks.get(call.id) ?? NO_MARKS, entries: entries.get(call.id) ?? [] },
      comments: (comments.get(call.id) ?? []).map(({ text, by, second }) => ({ text, by, second })),
    })),
    next,
  };
}

/** A place as an address carries it. */
export const placeToText = ({ startedAt, callId }: LibraryPlace): string => `${startedAt}.${Buffer.from(callId).toString('base64url')}`;

/** Null: it is none. */
export function placeFromText(text: string): LibraryPlace | null {
  const [, at, id] = /^(\d{1,15})\.([\w-]{1,900})$/.exec(text) ?? [];
  if (at === undefined || id === undefined) return null;
  const callId = Buffer.from(id, 'base64url').toString();
  return callId.includes('\0') || !callId.isWellFormed() ? null : { startedAt: Number(at), callId };
}
