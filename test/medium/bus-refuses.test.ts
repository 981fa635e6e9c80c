import { createLog } from '@callscope/core/node/log.ts';
import { connectBus } from '@callscope/core/node/nats.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { halt } from '../halted.ts';
import { EventConnection, storedCallIds } from './event-connection.ts';
import { type Stack, startStack, until } from './stack.ts';

interface Ledger {
  closed: boolean;
  stages: { stage: string; inFlight: number; dropped: Record<string, number> }[];
}

const quiet = createLog('test', { write: () => undefined });
/** longer than a refusal takes, shorter than the bus stays as it is: an answer in this time came from the refusal */
const ANSWER_LIMIT_MS = 8_000;

let stack: Stack;
let events: EventConnection;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.end());
beforeEach(async () => {
  events = await EventConnection.open(stack.ports.events);
});
afterEach(() => events.close());

/** Waits until everything is decoded. @returns Call-IDs of the stored events, and the total of refused ones in the ledger */
async function settled(): Promise<{ stored: Set<string>; busFull: number }> {
  let busFull = 0;
  await until('the ledger closes with nothing in flight', async () => {
    const { closed, stages } = await stack.rest<Ledger>('GET', '/ops/ledger');
    busFull = stages.find((s) => s.stage === 'edge')?.dropped.bus_full ?? 0;
    return closed && stages.every((s) => s.inFlight === 0);
  });
  return { stored: await storedCallIds(stack.storeUrl()), busFull };
}

async function isAcceptedAgain(prefix: string): Promise<void> {
  await until('an event is accepted', async () => {
    const id = events.send(prefix);
    await until('an answer', () => events.answers.has(id), ANSWER_LIMIT_MS);
    return events.accepted().includes(id);
  });
}

test('a full stream: every event is answered while it is full, and what was accepted is stored', async () => {
  const bus = await connectBus(stack.natsUrl(), 'test', quiet);
  const { config } = await bus.jsm.streams.info('RAW');
  const decoder = stack.pidOf('decoder');
  await halt(decoder);
  try {
    await bus.jsm.streams.update('RAW', { ...config, max_bytes: 200_000 });
    // a hundred are on their way when the first is refused
    for (let i = 0; i < 200; i++) events.send('full');
    await until('every event is answered', () => events.unanswered().length === 0, ANSWER_LIMIT_MS);
    for (let i = 0; i < 20; i++) events.send('full');
    await until('later ones too', () => events.unanswered().length === 0, ANSWER_LIMIT_MS);
    expect(events.accepted().length).toBeGreaterThan(0);
    expect(events.refused()).toHaveLength(events.sent - events.accepted().length);
    expect(events.answers.get(events.sent)).toContain("the bus cannot store events now: the bus' RAW stream is full");
    await until('/healthz says so', async () => {
      const health = (await (await fetch(`${stack.portal}/healthz`)).json()) as {
        failing: string;
        parts: { name: string; detail: string }[];
      };
      return health.failing === 'edge' && health.parts.some((p) => p.name === 'edge' && p.detail.includes('RAW stream is full'));
    });
  } finally {
    await bus.jsm.streams.update('RAW', config);
    process.kill(decoder, 'SIGCONT');
    await bus.close();
  }
  await isAcceptedAgain('full');
  const { stored, busFull } = await settled();
  expect(events.accepted().filter((id) => !stored.has(`full-${id}`))).toEqual([]);
  // a refused one was dropped and counted, or was on its way already and kept
  expect(events.refused().filter((id) => !stored.has(`full-${id}`))).toHaveLength(busFull);
});

test('a bus that stands still: events on their way are refused, later ones at once, and none is there twice', async () => {
  const nats = stack.pidOf('nats');
  const before = (await settled()).busFull;
  await isAcceptedAgain('still');
  await halt(nats);
  try {
    for (let i = 0; i < 20; i++) events.send('still');
    await until('every event is answered', () => events.unanswered().length === 0, ANSWER_LIMIT_MS);
    const onTheirWay = events.refused().length;
    expect(onTheirWay).toBeGreaterThanOrEqual(20);
    for (let i = 0; i < 20; i++) events.send('still');
    await until('later ones too', () => events.unanswered().length === 0, ANSWER_LIMIT_MS);
    expect(events.refused()).toHaveLength(onTheirWay + 20);
  } finally {
    process.kill(nats, 'SIGCONT');
  }
  await isAcceptedAgain('still');
  const { stored, busFull } = await settled();
  expect(events.accepted().filter((id) => !stored.has(`still-${id}`))).toEqual([]);
  expect(events.refused().filter((id) => !stored.has(`still-${id}`))).toHaveLength(busFull - before);
});
