/** A failure that a person can read: the smallest thing that still goes wrong, what was sent, and what came out. */

import { judge, type Verdict } from './difference.ts';
import { type Arrival, arrivalsOf, type Chaos } from './generator/chaos.ts';
import { messagesOf } from './generator/conversation.ts';
import type { Conversation } from './generator/plan.ts';
import { type Outcome, run, scenarioDirectories } from './harness.ts';

export interface Case {
  conversation: Conversation;
  chaos: Chaos;
}

const directories = scenarioDirectories();

export function arrivalsOfAll(cases: readonly Case[]): Arrival[] {
  return cases
    .flatMap(({ conversation, chaos }) => arrivalsOf(conversation, messagesOf(conversation), chaos))
    .sort((a, b) => a.atMs - b.atMs);
}

/** Plays them together. */
export function play(cases: readonly Case[]): { verdicts: Map<Conversation, Verdict>; outcome: Outcome; packets: number } {
  const arrivals = arrivalsOfAll(cases);
  const outcome = run(arrivals, directories);
  return { verdicts: judge(cases, outcome), outcome, packets: arrivals.length };
}

function wrongOf(one: Case, beside: readonly Case[]): string[] {
  return play([one, ...beside]).verdicts.get(one.conversation)?.differences ?? ['nothing is known of it'];
}

const CALMER: ((c: Chaos) => Partial<Chaos>)[] = [
  () => ({ loss: 0 }),
  () => ({ repeats: 0 }),
  (c) => ({ late: { ...c.late, ms: 0 } }),
  () => ({ disorderMs: 1 }),
  (c) => ({ hep: c.hep.slice(0, 1) }),
  (c) => ({ event: c.event.slice(0, 1) }),
];

/** The one conversation alone, if it fails so, with as little chaos as it needs; else with whom it must be. */
export function shrunk(one: Case, others: readonly Case[]): { one: Case; beside: Case[] } {
  if (wrongOf(one, []).length > 0) {
    let least = one;
    for (const calmer of CALMER) {
      const tried = { ...least, chaos: { ...least.chaos, ...calmer(least.chaos) } };
      if (wrongOf(tried, []).length > 0) least = tried;
    }
    return { one: least, beside: [] };
  }
  const { startAt, endAt } = one.conversation;
  const near = others.filter((o) => o !== one && o.conversation.startAt < endAt + 30e6 && o.conversation.endAt > startAt - 30e6);
  const guilty = near.find((o) => wrongOf(one, [o]).length > 0);
  return { one, beside: guilty ? [guilty] : near };
}

const LONGEST = 120;

export function report(one: Case, others: readonly Case[]): string {
  const least = shrunk(one, others);
  const { conversation, chaos } = least.one;
  const zero = conversation.startAt;
  const found = wrongOf(least.one, least.beside);
  const names = new Map(conversation.dialogs.map((d, i) => [d.callId, String.fromCharCode(97 + i)]));
  const lines = [
    `${conversation.kind}, seed ${conversation.seed}, ${chaos.mode}, loss ${chaos.loss}, disorder ${chaos.disorderMs} ms, ${chaos.late.side} late by ${chaos.late.ms} ms`,
    ...[...names].map(([id, name]) => `  ${name} = ${id}`),
    ...least.beside
      .slice(0, 3)
      .map(
        ({ conversation: c }) =>
          `  only beside: ${c.kind}, seed ${c.seed}, from ${((c.startAt - zero) / 1e6).toFixed(3)} to ${((c.endAt - zero) / 1e6).toFixed(3)}, ${c.dialogs.map((d) => `${d.company.id} ${d.src} > ${d.dst} ${d.callId}`).join('; ')}`,
      ),
    ...found.map((d) => `  ${d}`),
    '  what was sent (happened, arrived, seconds):',
  ];
  const sent = arrivalsOfAll([least.one]);
  for (const { message, atMs, channel } of sent.slice(0, LONGEST)) {
    const [at, arrived] = [(message.at - zero) / 1e6, atMs / 1e3 - zero / 1e6].map((s) => s.toFixed(3).padStart(8));
    lines.push(`  ${at} ${arrived} ${channel.padEnd(9)} ${names.get(message.callId)} ${message.title}`);
  }
  if (sent.length > LONGEST) lines.push(`  and ${sent.length - LONGEST} more`);
  return lines.join('\n');
}
