import { KV, pastKey } from '@callscope/core/bus/streams.ts';
import type { Bus } from '@callscope/core/node/nats.ts';

/** How long an answer waits for ingest to use a new directory. */
const APPLY_LIMIT_MS = 10_000;

/** Waits until the assembler has said that it uses this version of a company; false when it does not within the limit. */
export async function whenApplied(bus: Bus, tenant: string, version: number): Promise<boolean> {
  const applied = await bus.kv(KV.applied);
  const limit = performance.now() + APPLY_LIMIT_MS;
  for (;;) {
    const entry = await applied.get(tenant).catch(() => null);
    if (entry && Number(entry.string()) >= version) return true;
    if (performance.now() > limit) return false;
    await new Promise((done) => setTimeout(done, 25));
  }
}

/** The last version whose wishes to resolve the past again ingest has fulfilled; 0 for none. */
export async function pastResolved(bus: Bus, tenant: string): Promise<number> {
  const applied = await bus.kv(KV.applied);
  const entry = await applied.get(pastKey(tenant)).catch(() => null);
  return entry ? Number(entry.string()) : 0;
}
