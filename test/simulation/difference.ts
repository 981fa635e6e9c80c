import { type CallRow, callTimes } from '@callscope/core/domain/call.ts';
import type { Chaos } from './generator/chaos.ts';
import type { Conversation, ExpectedCall } from './generator/plan.ts';
import type { Outcome } from './harness.ts';

/** What rows say otherwise than the scenario; nothing: they agree. */
export function differences(conversation: Conversation, chaos: Chaos, rows: readonly CallRow[], security: readonly string[]): string[] {
  const out: string[] = [];
  const left = new Set(rows);
  for (const expected of conversation.expected) {
    const row = [...left].sort((a, b) => nearness(b, expected) - nearness(a, expected))[0];
    if (!row) {
      out.push(`no call for ${expected.callIds.join(', ')} of ${expected.tenant}`);
      continue;
    }
    left.delete(row);
    out.push(...compare(row, expected, chaos));
  }
  for (const row of left) out.push(`one call too many: ${row.tenant} ${row.id} ${row.from} > ${row.dialled} (${row.result})`);
  const wanted = [...conversation.security].sort().join(' ');
  const got = [...security].sort().join(' ');
  if (wanted !== got) out.push(`security events: expected ${wanted || 'none'}, got ${got || 'none'}`);
  return out;
}

/** Which row a person would hold against which expectation: company first, then what they share. */
function nearness(row: CallRow, expected: ExpectedCall): number {
  const shared = row.callIds.filter((id) => expected.callIds.includes(id)).length;
  const isThen = Math.abs(row.startedAt - expected.startAt) < 500_000 ? 1 : 0;
  return (row.tenant === expected.tenant ? 100 : 0) + shared * 4 + isThen * 2 + (row.result === expected.result ? 1 : 0);
}

function compare(row: CallRow, expected: ExpectedCall, { mode }: Chaos): string[] {
  const out: string[] = [];
  const same = (what: string, got: unknown, wanted: unknown) => {
    if (JSON.stringify(got) !== JSON.stringify(wanted)) out.push(`${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
  };
  const near = (what: string, got: number | null, wanted: number | null) => {
    if (got === null || wanted === null ? got !== wanted : Math.abs(got - wanted) > expected.tolerance)
      out.push(`${what}: expected ${wanted} s, got ${got} s`);
  };
  for (const field of ['tenant', 'direction', 'result', 'missedKind', 'from', 'dialled', 'answeredBy'] as const)
    same(field, row[field], expected[field]);
  // the edge's events do not name the number that an outbound call shows
  same('number', row.number, mode === 'events' && expected.direction === 'out' ? '' : expected.number);
  if (expected.hangupBy !== null) same('hangupBy', row.hangupBy, expected.hangupBy);
  same('callIds', [...row.callIds].sort(), [...expected.callIds].sort());
  if (!row.callIds.includes(row.id.replace(/~\d+$/, ''))) out.push(`id ${row.id} is none of its Call-IDs`);
  const legs = row.legs.map((l) => `${l.target} ${l.result}`).sort();
  if (expected.otherLegs)
    same(
      'legs, among others',
      expected.legs.filter((l) => legs.includes(l)),
      expected.legs,
    );
  else same('legs', legs, expected.legs);
  const times = callTimes(row);
  const offStart = Math.abs(row.startedAt - expected.startAt) / 1e6;
  if (offStart > expected.tolerance) out.push(`start: ${offStart} s off`);
  near('ring', times.ringSeconds, expected.ring);
  near('talk', times.talkSeconds, expected.talk);
  near('duration', times.durationSeconds, expected.duration);
  if (row.source === 'rule') out.push('closed by silence, though its end was told');
  return out;
}

export interface Verdict {
  /** nothing: all is as the scenario says */
  differences: string[];
  /** other conversations that its rows took in */
  mixedWith: Conversation[];
}

/** What became of each conversation, by its Call-IDs. */
export function judge(
  conversations: readonly { conversation: Conversation; chaos: Chaos }[],
  outcome: Outcome,
): Map<Conversation, Verdict> {
  const byCallId = new Map<string, CallRow[]>();
  for (const row of outcome.rows) for (const id of row.callIds) byCallId.set(id, [...(byCallId.get(id) ?? []), row]);
  const security = new Map<string, string[]>();
  for (const { callId } of outcome.security) security.set(callId, [...(security.get(callId) ?? []), callId]);
  const owner = new Map(conversations.flatMap(({ conversation }) => conversation.dialogs.map((d) => [d.callId, conversation])));
  return new Map(
    conversations.map(({ conversation, chaos }) => {
      const callIds = new Set(conversation.dialogs.map((d) => d.callId));
      const rows = new Set([...callIds].flatMap((id) => byCallId.get(id) ?? []));
      const found = differences(
        conversation,
        chaos,
        [...rows],
        [...callIds].flatMap((id) => security.get(id) ?? []),
      );
      if (outcome.open.some((id) => callIds.has(id))) found.push('never settled: it is open two minutes after everything has come');
      const others = new Set([...rows].flatMap((row) => row.callIds.map((id) => owner.get(id))));
      const mixedWith = [...others].filter((c) => c !== undefined && c !== conversation) as Conversation[];
      return [conversation, { differences: found, mixedWith }];
    }),
  );
}
