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
  return (await liveCallsOf(bus, scope, (call) => call.id === id)).find((call) => call.id === id) ?? null;
}

/**
 * The company's calls in progress that the right reaches.
 * @param isEnough whoever looks for this one waits for no more @throws LiveUnknown
 */
export async function liveCallsOf(bus: Bus, scope: TenantScope, isEnough: (call: LiveCall) => boolean = () => false): Promise<LiveCall[]> {
  const { promise, resolve } = Promise.withResolvers<'told' | 'silence'>();
  const calls: LiveCall[] = [];
  let timer = setTimeout(resolve, LIMIT_MS, 'silence');
  const subscription = bus.nc.subscribe(subjects.live(scope.tenant), {
    callback: (error, message) => {
      const said = error ? null : readLive(message.string());
      if (said?.kind !== 'snapshot') return;
      calls.push(...said.calls);
      if (said.calls.some(isEnough)) resolve('told');
      if (said.part < said.parts - 1) return;
      clearTimeout(timer);
      timer = setTimeout(resolve, MORE_MS, 'told');
    },
  });
  bus.nc.publish(subjects.askLive(scope.tenant));
  const heard = await promise;
  clearTimeout(timer);
  subscription.unsubscribe();
  if (heard === 'silence') throw new LiveUnknown('nothing says which calls are in progress: see /healthz');
  // one that several snapshots tell of is one
  const each = new Map(calls.map((call) => [call.id, call]));
  return [...each.values()].filter((call) => call.endedAt === 0 && reachesLive(scope.within, call));
}
