import type { Bind } from './callers.ts';
import type { CallFilter } from './filter.ts';

/**
 * Calls by what `call_marks` keeps of them. A call that has no row there has no marks: what is asked for the lack of something
 * leaves out the calls that have it.
 * @param holds condition on a row of call_marks
 */
export function marksSql(filter: CallFilter, bind: Bind, holds: string, lacks = false): string {
  return besideSql('call_marks', filter, bind, holds, lacks);
}

/** The same by what `call_quality` keeps of how they sounded. @param holds condition on a row of it */
export function soundingSql(filter: CallFilter, bind: Bind, holds: string, lacks = false): string {
  return besideSql('call_quality', filter, bind, holds, lacks);
}

function besideSql(table: string, filter: CallFilter, bind: Bind, holds: string, lacks: boolean): string {
  const { from, to } = filter;
  if (from !== undefined) bind('from', 'Int64', from * 1_000);
  if (to !== undefined) bind('to', 'Int64', to * 1_000);
  const conditions = ['tenant = {tenant: String}', ...periodParts(filter), holds];
  return `id ${lacks ? 'NOT ' : ''}IN (SELECT id FROM ${table} FINAL WHERE ${conditions.join(' AND ')})`;
}

/** The period of a question over what stands beside its calls, by the parameters that its calls have. */
export function periodParts({ from, to }: CallFilter): string[] {
  return [
    ...(from === undefined ? [] : [`started_at >= ${at('{from: Int64}')}`]),
    ...(to === undefined ? [] : [`started_at < ${at('{to: Int64}')}`]),
  ];
}

/** '' among the ids: also calls without a tag. */
export function taggedSql(ids: readonly string[], filter: CallFilter, bind: Bind): string {
  const tags = ids.filter((id) => id !== '');
  const parts = [
    ...(tags.length > 0 ? [marksSql(filter, bind, `hasAny(tags, ${bind('tag', 'Array(String)', tags)})`)] : []),
    ...(ids.includes('') ? [marksSql(filter, bind, 'notEmpty(tags)', true)] : []),
  ];
  return `(${parts.join(' OR ')})`;
}

/** Measures of talk as filters name them, over a row of call_marks. Our side is the right one; who did not speak has no share. */
export const TALK_SHARE = 'if(talk_left_ms + talk_right_ms = 0, NULL, talk_right_ms * 100 / (talk_left_ms + talk_right_ms))';
export const MONOLOGUE = 'greatest(longest_left_ms, longest_right_ms)';
export const OVERTALK = 'if(recorded_ms = 0, NULL, overtalk_ms * 100 / recorded_ms)';

const at = (us: string) => `fromUnixTimestamp64Micro(${us}, 'UTC')`;
