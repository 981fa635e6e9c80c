import { expect, test } from 'vitest';
import { createPaceKeeper, encodePace, paceOf, SLOW_PACE_MS, USUAL_PACE_MS } from './pace.ts';

test('a pace goes through the stream; a tick without one only brings the time, and none is beyond its bounds', () => {
  for (const ms of [USUAL_PACE_MS, 777, SLOW_PACE_MS]) expect(paceOf(encodePace(ms))).toBe(ms);
  expect(paceOf(new Uint8Array())).toBeNull();
  expect(paceOf(Uint8Array.of(1, 2, 3))).toBeNull();
  expect([paceOf(encodePace(0)), paceOf(encodePace(65_535))]).toEqual([USUAL_PACE_MS, SLOW_PACE_MS]);
});

test('blocks grow while the store keeps the stream waiting, and are small again when nothing is behind; each is said once', async () => {
  const said: number[] = [];
  let works = true;
  const keeper = createPaceKeeper(USUAL_PACE_MS, async (ms) => {
    if (!works) throw new Error('the bus is away');
    said.push(ms);
  });
  const look = async (lag: number, waits: boolean) => {
    keeper.look(lag, waits);
    await new Promise((done) => setImmediate(done));
  };
  await look(0, true);
  // behind for want of a processor, not of the store: larger blocks would not help
  await look(60, false);
  expect(said).toEqual([]);
  works = false;
  await look(4, true);
  works = true;
  await look(4, true);
  await look(60, true);
  // neither far behind nor prompt: as it is
  await look(2, true);
  expect(said).toEqual([SLOW_PACE_MS]);
  await look(0.5, false);
  await look(0.2, false);
  expect(said).toEqual([SLOW_PACE_MS, USUAL_PACE_MS]);
});
