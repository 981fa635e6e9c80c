import type { CallCost } from '@callscope/analytics/run/call-costs.ts';
import type { CallSound } from '@callscope/analytics/run/call-quality.ts';
import type { EndedCall, LiveCall } from '@callscope/core/bus/live.ts';
import { type CallLine, callTimes, type Direction, type HangupBy } from '@callscope/core/domain/call.ts';
import type { RecordingReason, RecordingStatus } from '@callscope/core/domain/recording.ts';
import type { CallResult, MissedKind } from '@callscope/core/domain/result.ts';
import type { MarksOfCall } from '@callscope/modules/marks/read.ts';
import { recordingOf, type SegmentState } from '@callscope/modules/recordings/rules.ts';

/** What the cell «Запись» says: how the recording stands, and why there is none. */
export interface RowRecording {
  status: RecordingStatus;
  reason: RecordingReason | null;
  /** of all its segments; null without audio */
  seconds: number | null;
}

/** A line of the journal. Times are ms since the epoch, spans seconds. */
export interface JournalRow {
  id: string;
  direction: Direction;
  /** null = in progress */
  result: CallResult | null;
  missedKind: MissedKind | '';
  /** an incoming call that nobody answered */
  missed: boolean;
  from: string;
  dialled: string;
  /** own number that was called, '' when none */
  number: string;
  answeredBy: string;
  /** employee id, '' when none */
  employee: string;
  /** group id, '' when none */
  group: string;
  startedAt: number;
  /** 0 = not answered */
  answeredAt: number;
  talk: number;
  /** from the start to the answer, or to the end */
  wait: number;
  /** first ringing to the answer or the end, what conditions on the wait count; null = nothing rang, or it is not known yet */
  ring: number | null;
  hangupBy: HangupBy | '';
  /** line to a carrier; '' = none is known */
  trunk: string;
  /** what the call ended with; 0 = none was seen */
  code: number;
  /** null = it is not known yet: the call goes on, or is not read from the store */
  recording: RowRecording | null;
  /** what people said of it, and how it was talked; null = nothing */
  marks: MarksOfCall | null;
  /** how it sounded; null = nothing is known of it */
  sound: CallSound | null;
  /** null = not charged, or not for whoever looks */
  cost: CallCost | null;
}

/** @param segments what recorders have said of the call @param now ms */
export function journalRow(
  call: CallLine,
  segments: readonly SegmentState[],
  now: number,
  marks: MarksOfCall | null = null,
  sound: CallSound | null = null,
  cost: CallCost | null = null,
): JournalRow {
  const { id, direction, result, missedKind, from, dialled, number, answeredBy, employee, group, hangupBy, trunk } = call;
  const { status, reason, seconds: recorded } = recordingOf(call, segments, now);
  return {
    ...{ id, direction, result, missedKind, from, dialled, number, answeredBy, employee, group, hangupBy, trunk },
    code: call.sipCode,
    missed: isMissed(call),
    startedAt: ms(call.startedAt),
    answeredAt: ms(call.answeredAt),
    talk: callTimes(call).talkSeconds,
    ring: callTimes(call).ringSeconds,
    wait: seconds((call.answeredAt || call.endedAt) - call.startedAt),
    recording: { status, reason, seconds: recorded },
    marks,
    sound,
    cost,
  };
}

/** A call in progress, and one that has just ended and is not read from the store yet. */
export function liveRow(call: LiveCall | EndedCall): JournalRow {
  const { id, direction, from, dialled, number, answeredBy, employee, group, startedAt, answeredAt, endedAt } = call;
  const ended = 'result' in call;
  return {
    ...{ id, direction, from, dialled, number, answeredBy, employee, group, startedAt, answeredAt },
    result: ended ? call.result : null,
    missedKind: ended ? call.missedKind : '',
    missed: ended && isMissed(call),
    talk: answeredAt > 0 && endedAt > 0 ? (endedAt - answeredAt) / 1_000 : 0,
    wait: ended ? ((answeredAt || endedAt) - startedAt) / 1_000 : 0,
    ring: null,
    hangupBy: '',
    trunk: '',
    code: 0,
    recording: null,
    marks: null,
    sound: null,
    cost: null,
  };
}

function isMissed({ direction, result }: { direction: Direction; result: CallResult }): boolean {
  return direction === 'in' && result !== 'answered';
}

export function ms(us: number): number {
  return Math.floor(us / 1_000);
}

export function seconds(us: number): number {
  return Math.max(0, Math.round(us / 1_000)) / 1_000;
}
