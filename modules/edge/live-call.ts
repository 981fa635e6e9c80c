import { type LiveCall, readLive } from '@callscope/core/bus/live.ts';
import { reachesLive } from '@callscope/core/bus/reach.ts';
import { subjects } from '@callscope/core/bus/streams.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Bus } from '@callscope/core/node/nats.ts';

const LIMIT_MS = 3_000;
/** Another group of edges may answer a little later than the first. */
const MORE_MS = 300;

/** No assembler says which calls there are. */
export class LiveUnknown extends Error {}

/**
 * The company's call in progress with this id, or null: also when the right does not reach it.
 * @throws LiveUnknown
 */
export async function liveCallOf(bus: Bus, scope: TenantScope, id: string): Promise<LiveCall | null> {
  const { promise, resolve } = Promise.withResolvers<LiveCall | null | 'silence'>();
  let timer = setTimeout(resolve, LIMIT_MS, 'silence');
  const subscription = bus.nc.subscribe(subjects.live(scope.tenant), {
    callback: (error, message) => {
      const said = error ? null : readLive(message.string());
      if (said?.kind !== 'snapshot') return;
      const found = said.calls.find((call) => call.id === id);
      if (found) resolve(found);
      if (said.part < said.parts - 1) return;
      clearTimeout(timer);
      timer = setTimeout(resolve, MORE_MS, null);
    },
  });
  bus.nc.publish(subjects.askLive(scope.tenant));
  const found = await promise;
  clearTimeout(timer);
  subscription.unsubscribe();
  if (found === 'silence') throw new LiveUnknown('nothing says which calls are in progress: see /healthz');
  return found !== null && found.endedAt === 0 && reachesLive(scope.within, found) ? found : null;
}
