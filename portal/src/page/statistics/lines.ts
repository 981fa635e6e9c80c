import type { LineCall } from '@callscope/analytics/run/day.ts';

/** A call on its line, in parts of the hours shown: 0 = their start, 1 = their end. */
export interface Stretch {
  call: LineCall;
  from: number;
  /** where waiting ends and talk begins; `to` when nobody answered */
  answered: number;
  to: number;
}
/** An employee's day. */
export interface Line {
  employee: string;
  stretches: Stretch[];
  calls: number;
  talkSeconds: number;
}
export interface DayLines {
  /** ms since the epoch: whole hours around everything that is shown */
  from: number;
  to: number;
  /** starts of its hours */
  hours: number[];
  lines: Line[];
}

const HOUR = 3_600_000;

/**
 * Each employee's calls of a day side by side, those who talked longest first.
 * @param hours starts of the day's hours: of 23 or 25 on days when the clock changes
 */
export function dayLines(calls: readonly LineCall[], hours: readonly number[]): DayLines {
  const first = Math.min(...calls.map((call) => call.startedAt));
  const last = Math.max(...calls.map((call) => call.endedAt));
  const shown = hours.filter((start) => start + HOUR > first && start < last);
  const [from, to] = [shown[0] ?? 0, (shown.at(-1) ?? 0) + HOUR];
  // a call that goes on after midnight is cut there
  const part = (at: number) => Math.min(1, Math.max(0, (at - from) / (to - from)));
  const lines = [...Map.groupBy(calls, (call) => call.employee)].map(([employee, list]): Line => {
    const talk = list.reduce((sum, call) => sum + (call.answeredAt > 0 ? call.endedAt - call.answeredAt : 0), 0);
    const stretches = list.map((call) => ({
      ...{ call, from: part(call.startedAt), to: part(call.endedAt) },
      answered: part(call.answeredAt > 0 ? call.answeredAt : call.endedAt),
    }));
    return { employee, stretches, calls: list.length, talkSeconds: talk / 1_000 };
  });
  return { from, to, hours: shown, lines: lines.sort((a, b) => b.talkSeconds - a.talkSeconds || b.calls - a.calls) };
}
