import { createHash } from 'node:crypto';
import { type CallBefore, type CallNews, callMessages } from '@callscope/core/bus/calls.ts';
import { subjects } from '@callscope/core/bus/streams.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { Block, Removal, Revision } from './block.ts';

/** What of a block is told. */
type Brought = Partial<Pick<Block, 'rows' | 'revisions' | 'removed'>>;

/** Messages under way at once. */
const IN_FLIGHT = 100;

/**
 * Tells CALLS what a block brought to the store, after the store has accepted it: a message a company, few even where calls
 * are many. Safe to repeat: a message is named by the block and what it tells, so that the same block is heard once.
 * @param name of the block, the same in every life of the assembler
 */
export async function announce(bus: Bus, name: string, block: Brought): Promise<void> {
  const { rows = [], revisions = [], removed = [] } = block;
  const news = [...rows.map((row): CallNews => ({ what: 'finished', row })), ...revisions.flatMap(ofRevision), ...removed.map(ofRemoval)];
  const messages = [...Map.groupBy(news, (one) => one.row.tenant)].flatMap(([tenant, own]) =>
    callMessages(own).map((message) => ({ tenant, ...message })),
  );
  for (let i = 0; i < messages.length; i += IN_FLIGHT)
    await Promise.all(
      messages
        .slice(i, i + IN_FLIGHT)
        .map((message) => bus.js.publish(subjects.calls(message.tenant), message.body, { msgID: idOf(name, message.news) })),
    );
}

const ofRemoval = ({ row, into }: Removal): CallNews => ({ what: 'removed', row, into: into?.id ?? null });

function ofRevision({ old, row }: Revision): CallNews[] {
  if (old.tenant !== row.tenant) return [ofRemoval({ row: old, into: null }), { what: 'finished', row }];
  const before: CallBefore = { direction: old.direction, from: old.from, dialled: old.dialled, startedAt: old.startedAt };
  const isFoundElsewhere = (Object.keys(before) as (keyof CallBefore)[]).some((field) => before[field] !== row[field]);
  return [{ what: 'revised', row, ...(isFoundElsewhere ? { before } : {}) }];
}

/** A Call-ID is whatever a packet said: a header of the bus gets a hash. */
function idOf(name: string, news: readonly CallNews[]): string {
  const hash = createHash('sha256');
  for (const { what, row } of news) hash.update(`${what} ${row.tenant} ${row.id} ${row.revision}\n`);
  return `${name}-${hash.digest('base64url').slice(0, 20)}`;
}
