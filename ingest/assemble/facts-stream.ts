import { randomBytes } from 'node:crypto';
import { FACTS, subjects } from '@callscope/core/bus/streams.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { KV as KvBucket } from '@nats-io/kv';

/**
 * FACTS keeps 48 h for whoever wants to read them again, but not at the price of refusing new ones: when it is half full,
 * what the saved snapshot covers may go.
 */
export async function makeRoom(bus: Bus, group: string, savedSeq: number): Promise<void> {
  const { state, config } = await bus.jsm.streams.info(FACTS.name);
  if (state.bytes > config.max_bytes / 2) await bus.jsm.streams.purge(FACTS.name, { filter: subjects.allFacts(group), seq: savedSeq });
}

/**
 * A name for the FACTS stream as it is, for deduplication tokens: sequences begin again when it is made anew. Kept beside
 * the stream; the server's own time of creation is no name, it has been seen to change after a kill.
 */
export async function streamIdentity(kv: KvBucket, group: string, anew: boolean): Promise<string> {
  const key = `stream.${group}`;
  const known = anew ? null : await kv.get(key);
  if (known && known.operation === 'PUT') return known.string();
  const made = randomBytes(6).toString('hex');
  await kv.put(key, made);
  return made;
}
