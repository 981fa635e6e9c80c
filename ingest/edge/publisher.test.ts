import { createLog } from '@callscope/core/node/log.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { expect, test, vi } from 'vitest';
import { Publisher } from './publisher.ts';

const quiet = createLog('test', { write: () => undefined });
const frame = new Uint8Array(1);

/** A bus that does with each attempt what it is told. */
function busThat(attempt: (id: string) => Promise<void>): { bus: Bus; attempts: string[] } {
  const attempts: string[] = [];
  const publish = (_subject: string, _frame: Uint8Array, { msgID }: { msgID: string }) => {
    attempts.push(msgID);
    return attempt(msgID);
  };
  return { bus: { connected: () => true, js: { publish } } as unknown as Bus, attempts };
}

test('a refused frame tells why once, is kept, and is stored in the end', async () => {
  let left = 3;
  const { bus, attempts } = busThat(async () => {
    if (left-- > 0) throw new Error('maximum bytes exceeded');
  });
  const publisher = new Publisher(bus, 10, quiet);
  const late = vi.fn();
  const stored = publisher.publish('s', 'a', frame, late);
  await vi.waitFor(() => expect(late).toHaveBeenCalled());
  expect(publisher.refusing).toBe("the bus' RAW stream is full");
  await stored;
  expect(late.mock.calls).toEqual([["the bus' RAW stream is full"]]);
  expect(attempts).toEqual(['a', 'a', 'a', 'a']);
  expect(publisher.refusing).toBeNull();
});

test('a frame that is not answered is late in about a second', async () => {
  let store: () => void = () => undefined;
  const { bus } = busThat(() => new Promise((done) => (store = done)));
  const publisher = new Publisher(bus, 10, quiet);
  const why = await new Promise((late) => void publisher.publish('s', 'a', frame, late));
  expect(why).toBe('the bus does not answer');
  expect(publisher.refusing).toBe('the bus does not answer');
  store();
  await publisher.drained();
  expect(publisher.refusing).toBeNull();
});

test('while the bus takes none one frame at a time tries again; with the first that is stored all do', async () => {
  let isDown = true;
  const { bus, attempts } = busThat(async () => {
    if (isDown) throw new Error('no space left on device');
  });
  const publisher = new Publisher(bus, 100, quiet);
  for (let i = 0; i < 100; i++) void publisher.publish('s', `f${i}`, frame);
  expect(publisher.full).toBe(true);
  await vi.waitFor(() => expect(attempts.length).toBeGreaterThan(101), 3_000);
  expect(attempts.length).toBeLessThan(105);
  isDown = false;
  const room = publisher.room();
  await publisher.drained();
  await room;
  expect(new Set(attempts).size).toBe(100);
  expect(attempts.length).toBeLessThan(210);
});

test('held, it takes nothing and tries nothing again', async () => {
  let isDown = true;
  const { bus, attempts } = busThat(async () => {
    if (isDown) throw new Error('no space left on device');
  });
  const publisher = new Publisher(bus, 10, quiet);
  publisher.hold('no disk');
  const stored = publisher.publish('s', 'a', frame);
  expect([publisher.full, publisher.refusing]).toEqual([true, 'no disk']);
  await new Promise((done) => setTimeout(done, 1_000));
  expect(attempts).toHaveLength(1);
  isDown = false;
  publisher.hold(null);
  await stored;
  expect([publisher.full, publisher.refusing, attempts.length]).toEqual([false, null, 2]);
});
