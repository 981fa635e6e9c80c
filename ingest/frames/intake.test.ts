import { createLog } from '@callscope/core/node/log.ts';
import type { JsMsg } from '@nats-io/jetstream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Intake } from './intake.ts';

/** A delivery of a frame, with what was answered to it. */
function delivery(seq: number): { message: JsMsg; answers: string[] } {
  const answers: string[] = [];
  const say = (answer: string) => () => void answers.push(answer);
  const fields = { seq, info: { pending: 0 }, timestampNanos: BigInt(Date.now()) * 1_000_000n };
  return { message: { ...fields, ack: say('ack'), nak: say('nak'), working: say('working') } as unknown as JsMsg, answers };
}

let intake: Intake;
beforeEach(() => {
  vi.useFakeTimers();
  intake = new Intake(createLog('test', { level: 'error' }));
});
afterEach(() => {
  intake.stop();
  vi.useRealTimers();
});

test('every frame in hand is said to be in work, those too that nobody has looked at', async () => {
  const frames = [delivery(1), delivery(2)];
  for (const { message } of frames) intake.deliver(message);
  await intake.take(1);
  vi.advanceTimersByTime(10_000);
  for (const { answers } of frames) expect(answers.length).toBeGreaterThan(2);
  expect(new Set(frames.flatMap((f) => f.answers))).toEqual(new Set(['working']));
});

test('a frame that is delivered again is taken once, and its latest delivery is acknowledged when it is stored', async () => {
  const [first, again] = [delivery(7), delivery(7)];
  intake.deliver(first.message);
  expect(await intake.take(10)).toHaveLength(1);
  intake.deliver(again.message);
  intake.deliver(delivery(8).message);
  expect((await intake.take(10)).map((m) => m.seq)).toEqual([8]);
  expect(again.answers).toEqual([]);
  intake.done(7);
  expect(again.answers).toEqual(['ack']);
});

test('a frame that was stored before is only acknowledged', async () => {
  intake.deliver(delivery(3).message);
  await intake.take(1);
  intake.done(3);
  const late = delivery(3);
  intake.deliver(late.message);
  expect(late.answers).toEqual(['ack']);
  intake.deliver(delivery(4).message);
  expect((await intake.take(10)).map((m) => m.seq)).toEqual([4]);
});

test('closing gives back what nobody has looked at, and ends the waiting for more', async () => {
  const [taken, untouched] = [delivery(1), delivery(2)];
  intake.deliver(taken.message);
  intake.deliver(untouched.message);
  await intake.take(1);
  await intake.close();
  expect([taken.answers, untouched.answers]).toEqual([[], ['nak']]);
  expect(await intake.take(1)).toEqual([]);
});
