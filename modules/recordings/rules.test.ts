import { expect, test } from 'vitest';
import { recordingOf, type SegmentState } from './rules.ts';

const START = 1_795_445_600_000;
const MINUTE = 60_000;
const call = {
  startedAt: START * 1_000,
  answeredAt: (START + 5_000) * 1_000,
  endedAt: (START + 65_000) * 1_000,
  recordRule: 'all',
};
const ended = START + 65_000;
const ready = (from: number, seconds: number): SegmentState => ({ status: 'ready', reason: '', startedAt: START + from * 1_000, seconds });
const other = (status: string, reason: string): SegmentState => ({ status, reason, startedAt: null, seconds: null });

test('segments that are there make one recording, each with its place in the call', () => {
  expect(recordingOf(call, [ready(5, 20.5), ready(40.25, 10)], ended)).toEqual({
    status: 'ready',
    reason: null,
    seconds: 30.5,
    segments: [
      { from: 5, seconds: 20.5 },
      { from: 40.25, seconds: 10 },
    ],
  });
  // one that failed beside one that did not is a shorter recording, not none
  expect(recordingOf(call, [other('failed', 'fault'), ready(5, 20)], ended)).toMatchObject({ status: 'ready', seconds: 20 });
});

test.each([
  ['nobody answered', { ...call, answeredAt: 0 }, [], 'none', 'not_answered'],
  ['recorded from the offer, and nobody answered', { ...call, answeredAt: 0 }, [other('none', 'not_answered')], 'none', 'not_answered'],
  ['the rule says no', { ...call, recordRule: 'none' }, [], 'none', 'policy_off'],
  ['on demand, and nobody asked', { ...call, recordRule: 'demand' }, [], 'none', 'policy_off'],
  ['its media did not pass the edge', { ...call, recordRule: 'unanchored' }, [], 'none', 'forwarded_unanchored'],
  ['masked before a word was said', call, [other('none', 'paused')], 'none', 'paused'],
  ['the edge said nothing', { ...call, recordRule: '' }, [], 'none', 'not_seen_by_edge'],
  ['it could not be made', call, [other('failed', 'fault')], 'failed', 'fault'],
  ['its time is over', call, [other('expired', 'expired')], 'expired', 'expired'],
  ['it was erased, and so was another', call, [other('expired', 'expired'), other('erased', 'erased')], 'erased', 'erased'],
] as const)('%s', (_, of, segments, status, reason) => {
  expect(recordingOf(of, segments, ended)).toEqual({ status, reason, seconds: null, segments: [] });
});

test('what should come is pending for ten minutes, then it is a fault', () => {
  expect(recordingOf(call, [], ended + 10 * MINUTE)).toMatchObject({ status: 'pending', reason: null });
  expect(recordingOf(call, [], ended + 10 * MINUTE + 1)).toMatchObject({ status: 'failed', reason: 'fault' });
});

test('a talk that was over within a second left nothing to record', () => {
  const short = { ...call, endedAt: (START + 5_900) * 1_000 };
  expect(recordingOf(short, [], ended + 11 * MINUTE)).toMatchObject({ status: 'none', reason: 'too_short' });
  expect(recordingOf(short, [ready(5, 0.7)], ended)).toMatchObject({ status: 'ready' });
});
