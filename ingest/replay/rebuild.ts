import type { CallRow } from '@callscope/core/domain/call.ts';
import type { Directories } from '@callscope/core/domain/directory.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { Conversation } from '../assemble/conversation.ts';
import { rowsOf } from '../assemble/hand-out.ts';
import { dialogId, type ReadCall, readConversation } from '../assemble/reading.ts';
import { findFacts } from '../assemble/reload.ts';
import { Shelf } from '../assemble/shelf.ts';
import { TieUp } from '../assemble/tie-up.ts';
import { findCalls } from '../write/call-store.ts';
import { factsByCallId, type RawPeriod } from '../write/raw-pages.ts';
import { tiedCallIds } from '../write/replay-store.ts';

/** Facts of so many tied Call-IDs are asked for at a time. */
const BATCH = 500;
/** Calls of several Call-IDs whose id is looked up at a time. */
const LOOKUP = 1_000;

export interface Rebuilt {
  rows: CallRow[];
  /** Call-IDs that were looked at, whether they gave a call or not */
  seen: string[];
}

/**
 * Every call of a period once more from its raw rows, by today's rules: what the assembler would write had everything come
 * in time. Call-IDs that name or seek others are read first and wait; all others come and go in the store's order, so that
 * memory holds some hundred Call-IDs and what is tied.
 * @param settledBefore µs: a call that nobody ended and that was alive after this still goes on, and is left out
 */
export async function* rebuild(
  client: ClickHouseClient,
  directories: Directories,
  period: RawPeriod,
  settledBefore: number,
): AsyncGenerator<Rebuilt> {
  const shelf = new Shelf();
  const ties = new TieUp(shelf, directories);
  const put = (callId: string, facts: Parameters<Conversation['add']>[0][]) => {
    const conversation = shelf.find(callId) ?? new Conversation(callId);
    const isKnown = (conversation.member(callId)?.facts.length ?? 0) > 0;
    if (!isKnown) for (const fact of facts) conversation.add(fact, fact.at / 1_000);
    shelf.putOpen(conversation);
    return isKnown ? conversation : ties.tieAll(conversation);
  };
  const tied = await tiedCallIds(client, period);
  for (let i = 0; i < tied.length; i += BATCH)
    for (const [callId, facts] of await findFacts(client, tied.slice(i, i + BATCH))) put(callId, facts);
  const waits = new Set(shelf.open());

  const read = (conversation: Conversation): { calls: ReadCall[]; rows: CallRow[] } => {
    const { calls } = readConversation(conversation, directories);
    const over = calls.filter(({ end, draft }) => end !== null || draft.endedAt < settledBefore);
    return {
      calls: over.filter((c) => c.dialogs.length > 1),
      rows: over
        .filter((c) => c.dialogs.length === 1)
        .flatMap((c) => rowsOf(c, dialogId(c.dialogs[0] as ReadCall['dialogs'][0]), directories)),
    };
  };
  const inPeriod = (row: CallRow) => row.startedAt >= period.from && row.startedAt < period.to;

  for await (const page of factsByCallId(client, period)) {
    const out: Rebuilt = { rows: [], seen: [] };
    for (const { callId, facts } of page) {
      out.seen.push(callId);
      if (!shelf.find(callId) && !ties.mayTie(facts)) {
        // nearly all of them: nothing is remembered of it
        const alone = new Conversation(callId);
        for (const fact of facts) alone.add(fact, fact.at / 1_000);
        out.rows.push(...read(alone).rows.filter(inPeriod));
        continue;
      }
      const conversation = put(callId, facts);
      if (waits.has(conversation) || conversation.members.length > 1) {
        waits.add(conversation);
        continue;
      }
      ties.forget(conversation);
      shelf.forget(conversation);
      out.rows.push(...read(conversation).rows.filter(inPeriod));
    }
    yield out;
  }

  const joined: ReadCall[] = [];
  const out: Rebuilt = { rows: [], seen: [] };
  for (const conversation of shelf.open()) {
    const { calls, rows } = read(conversation);
    joined.push(...calls);
    out.rows.push(...rows.filter(inPeriod));
  }
  for (let i = 0; i < joined.length; i += LOOKUP) {
    const part = joined.slice(i, i + LOOKUP);
    const written = new Set(
      (
        await findCalls(
          client,
          part.flatMap((c) => c.dialogs.map((d) => d.callId)),
        )
      ).map((row) => row.id),
    );
    for (const call of part) {
      // the id is what it was when first written
      const ids = call.dialogs.map(dialogId);
      const id = ids.find((x) => written.has(x)) ?? (ids[0] as string);
      out.rows.push(...rowsOf(call, id, directories).filter(inPeriod));
    }
  }
  yield out;
}
