import type { LiveState as CallState, LiveCall } from '@callscope/core/bus/live.ts';
import type { CallResult } from '@callscope/core/domain/result.ts';
import type { LiveState } from '#live/state.ts';

/** How long a call that ended stays, so that its end can be read. */
export const STAYS_MS = 3_000;

/** A call in progress, or one that ended a moment ago. */
export interface LiveLine {
  call: LiveCall;
  /** null = it goes on; the result is known a moment after the end */
  over: { at: number; result: CallResult | null } | null;
}

/**
 * The lines after the live state has changed or time has passed. They stand in the order of start and keep their places; a
 * call without an outcome (never written, moved to another company) leaves at once.
 * @param now ms since the epoch
 */
export function follow(lines: readonly LiveLine[], state: LiveState, now: number): LiveLine[] {
  const known = new Map(lines.map((line) => [line.call.id, line]));
  const next: LiveLine[] = [...state.calls.values()].map((call) => {
    if (call.endedAt === 0) return { call, over: null };
    return { call, over: known.get(call.id)?.over ?? { at: now, result: null } };
  });
  for (const line of lines) {
    if (state.calls.has(line.call.id)) continue;
    const result = state.ended.find((ended) => ended.id === line.call.id)?.result ?? line.over?.result ?? null;
    if (line.over !== null || result !== null) next.push({ call: line.call, over: { at: line.over?.at ?? now, result } });
  }
  return next
    .filter(({ over }) => over === null || over.at + STAYS_MS > now)
    .sort((a, b) => a.call.startedAt - b.call.startedAt || (a.call.id < b.call.id ? -1 : 1));
}

/** What people see of it: dialling and ringing are one, nobody has answered yet. */
export type Shown = 'ringing' | 'talking';

export function shownState(state: CallState): Shown {
  return state === 'talking' ? 'talking' : 'ringing';
}

/** Since when it is as it is, ms since the epoch: a talk since the answer, else since somebody calls. */
export function since(call: LiveCall): number {
  return call.state === 'talking' ? call.answeredAt || call.startedAt : call.startedAt;
}

export interface Person {
  employee: string;
  /** the phone or number, where no employee is known behind it */
  target: string;
  state: Shown;
}

/** Who of the company is in the call: the caller of an outgoing one, and everybody it is offered to or who talks, each once. */
export function peopleIn({ direction, employee, state, targets }: LiveCall): Person[] {
  const caller: Person[] = direction !== 'in' && employee !== '' ? [{ employee, target: '', state: shownState(state) }] : [];
  const asked =
    direction === 'out' ? [] : targets.map((t): Person => ({ employee: t.employee, target: t.target, state: shownState(t.state) }));
  const all = [...caller, ...asked];
  // once somebody answered, phones that still ring are about to stop
  const talking = asked.some((p) => p.state === 'talking') ? all.filter((p) => p.state === 'talking') : all;
  return talking.filter(
    (p, at) => talking.findIndex((q) => q.employee === p.employee && (p.employee !== '' || q.target === p.target)) === at,
  );
}

export interface LiveCounts {
  talking: number;
  ringing: number;
  /** incoming calls that nobody has answered */
  waiting: number;
  /** since when the longest of them waits, ms since the epoch; null = nobody does */
  longest: number | null;
}

export function countsOf(calls: readonly LiveCall[]): LiveCounts {
  const waiting = calls.filter((c) => c.direction === 'in' && c.state !== 'talking');
  const talking = calls.filter((c) => c.state === 'talking').length;
  return {
    talking,
    ringing: calls.length - talking,
    waiting: waiting.length,
    longest: waiting.length === 0 ? null : Math.min(...waiting.map((c) => c.startedAt)),
  };
}

/** What is looked for on the page. */
export interface LiveChoice {
  /** ids of groups; empty = all */
  groups: readonly string[];
  text: string;
}

/**
 * Whether a line is meant: its group is among the chosen ones, and a number or name in it has the text.
 * @param words names that stand in the line
 */
export function isMeant(call: LiveCall, { groups, text }: LiveChoice, words: readonly string[]): boolean {
  if (groups.length > 0 && !groups.includes(call.group)) return false;
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  // numbers are found however they are typed
  const digits = /^[\d\s()+-]+$/.test(wanted) ? wanted.replace(/\D/g, '') : '';
  const numbers = [call.from, call.dialled, call.number, ...call.targets.map((t) => t.target)];
  return (digits !== '' && numbers.some((n) => n.includes(digits))) || [...words, ...numbers].some((w) => w.toLowerCase().includes(wanted));
}

export function choiceFromQuery(params: { get(name: string): string | null }): LiveChoice {
  return { groups: (params.get('group') ?? '').split(',').filter(Boolean).map(decoded), text: params.get('q') ?? '' };
}

/** Without `?`; '' for all. A comma within an id is written %2C, as in filters. */
export function choiceToQuery({ groups, text }: LiveChoice): string {
  return [
    groups.length > 0 ? `group=${groups.map((id) => encodeURIComponent(id.replace(/[%,]/g, encodeURIComponent))).join(',')}` : '',
    text.trim() === '' ? '' : `q=${encodeURIComponent(text.trim())}`,
  ]
    .filter(Boolean)
    .join('&');
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
