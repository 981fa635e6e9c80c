import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { differences } from './difference.ts';
import { arrivalsOf, CALM, chaosFor } from './generator/chaos.ts';
import { KINDS, messagesOf } from './generator/conversation.ts';
import { schedule } from './generator/schedule.ts';
import { run, scenarioDirectories } from './harness.ts';
import { type Case, play, report } from './report.ts';

/** Another seed is another 5,000: SCENARIO_SEED=7 vitest run --project unit test/simulation */
const SEED = Number(process.env.SCENARIO_SEED ?? 5);
const CONVERSATIONS = 5_000;
const LONGEST_MS = 180_000;

test('the scenarios know nothing of the product', () => {
  const folder = new URL('generator/', import.meta.url);
  const files = readdirSync(folder);
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) {
    const imports = [...readFileSync(new URL(file, folder), 'utf8').matchAll(/\bfrom '([^']+)'|\bimport\(?\s*'([^']+)'/g)];
    for (const [, from = '', bare = ''] of imports) expect(from + bare, file).toMatch(/^\.\/[a-z-]+\.ts$/);
  }
});

test('5,000 conversations of two companies, lost, repeated, late and out of order, come to what their scenarios say', {
  timeout: LONGEST_MS,
}, () => {
  const cases: Case[] = schedule(SEED, CONVERSATIONS).map((conversation) => ({ conversation, chaos: chaosFor(conversation) }));
  const { verdicts, outcome } = play(cases);
  const failed = cases.filter((one) => verdicts.get(one.conversation)?.differences.length !== 0);
  const told = failed.slice(0, 3).map((one) => report(one, cases));
  expect(failed.length, `${failed.length} of ${cases.length} with seed ${SEED}\n\n${told.join('\n\n')}\n`).toBe(0);

  expect(outcome.amiss, 'written twice, or revised or removed and never written').toEqual([]);
  const { calls, facts } = outcome.book.state;
  const dropped = (fates: typeof calls) => Object.values(fates.dropped).reduce((sum, n) => sum + n, 0);
  // one that never settles is told above
  const { inFlight } = outcome.book;
  expect(calls.received, 'each dialog has one fate').toBe(calls.stored + calls.duplicate + calls.deadLettered + dropped(calls) + inFlight);
  expect(facts.received, 'each fact has one fate').toBe(facts.stored + facts.duplicate + facts.deadLettered + dropped(facts));

  // what was played is what the title says
  expect(new Set(cases.map((c) => c.conversation.kind))).toEqual(new Set(Object.keys(KINDS)));
  expect(new Set(cases.map((c) => c.chaos.mode))).toEqual(new Set(['packets', 'events', 'both']));
  expect(mostAtOnce(cases)).toBeGreaterThan(150);
  expect(outcome.fates.duplicate).toBeGreaterThan(10_000);
});

test('what is lost and carries a fact alone is missed, and told with its seed', () => {
  const [conversation] = schedule(SEED, 1, ['blind transfer of an inbound call']);
  if (!conversation) throw new Error('no conversation');
  const chaos = { ...CALM, mode: 'packets' as const };
  const messages = messagesOf(conversation);
  const rowsOf = (sent: typeof messages) => run(arrivalsOf(conversation, sent, chaos), scenarioDirectories()).rows;
  expect(differences(conversation, chaos, rowsOf(messages), [])).toEqual([]);

  const untied = messages.filter((m) => !m.tells.some((fact) => fact.startsWith('tie:')));
  expect(differences(conversation, chaos, rowsOf(untied), []).join('\n')).toMatch(/^callIds: expected|one call too many|no call for/m);

  const wrong = { ...conversation, expected: conversation.expected.map((e) => ({ ...e, answeredBy: 'nobody' })) };
  const text = report({ conversation: wrong, chaos }, []);
  expect(text).toContain(`blind transfer of an inbound call, seed ${conversation.seed}, packets`);
  expect(text).toMatch(/answeredBy: expected "nobody", got "\d{3}"/);
  expect(text).toMatch(/hep-udp\s+a 127\.0\.0\.30:\d+ > 127\.0\.0\.10:5060 INVITE sip:/);
});

/** Conversations that go on at the same moment. */
function mostAtOnce(cases: readonly Case[]): number {
  const changes = cases.flatMap(({ conversation: c }) => [
    { at: c.startAt, by: 1 },
    { at: c.endAt, by: -1 },
  ]);
  let now = 0;
  let most = 0;
  for (const { by } of changes.sort((a, b) => a.at - b.at)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
