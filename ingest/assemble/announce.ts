import { createHash } from 'node:crypto';
import { type CallBefore, type CallNews, encodeCallNews } from '@callscope/core/bus/calls.ts';
import { subjects } from '@callscope/core/bus/streams.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { Block, Removal, Revision } from './block.ts';

/** What of a block is told. */
type Brought = Partial<Pick<Block, 'rows' | 'revisions' | 'removed'>>;
/** Messages under way at once. */
const IN_FLIGHT = 500;

/**
 * Tells CALLS what a block brought to the store, after the store has accepted it. Safe to repeat: a message is named by the
 * block and the row, so that the same block is heard once.
 * @param name of the block, the same in every life of the assembler
 */
export async function announce(bus: Bus, name: string, block: Brought): Promise<void> {
  const { rows = [], revisions = [], removed = [] } = block;
  const news = [...rows.map((row): CallNews => ({ what: 'finished', row })), ...revisions.flatMap(ofRevision), ...removed.map(ofRemoval)];
  for (let i = 0; i < news.length; i += IN_FLIGHT)
    await Promise.all(
      news
        .slice(i, i + IN_FLIGHT)
        .map((one) => bus.js.publish(subjects.call(one.what, one.row.tenant), encodeCallNews(one), { msgID: idOf(name, one) })),
    );
}

const ofRemoval = ({ row, into }: Removal): CallNews => ({ what: 'removed', row, into: into?.id ?? null });

function ofRevision({ old, row }: Revision): CallNews[] {
  if (old.tenant !== row.tenant) return [ofRemoval({ row: old, into: null }), { what: 'finished', row }];
  const before: CallBefore = { direction: old.direction, from: old.from, dialled: old.dialled, startedAt: old.startedAt };
  const isFoundElsewhere = (Object.keys(before) as (keyof CallBefore)[]).some((field) => before[field] !== row[field]);
  return [{ what: 'revised', row, ...(isFoundElsewhere ? { before } : {}) }];
}

/** A Call-ID is whatever a packet said: a header of the bus gets its hash. */
function idOf(name: string, { what, row }: { what: string; row: CallRow }): string {
  const hash = createHash('sha256').update(`${row.tenant} ${row.id} ${row.revision}`).digest('base64url').slice(0, 20);
  return `${name}-${what}-${hash}`;
}
