import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { askEveryEdge } from '@callscope/modules/edge/ask.ts';
import { type Part, trunksInUse } from '@callscope/modules/incidents/store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { Kysely } from 'kysely';

/** Longer than an agent waits for OpenSIPS. */
const ANSWERS_MS = 5_000;
const QUIET_MS = 1_500;

export interface TrunksHeard {
  said: { part: Part; isWell: boolean }[];
  /** ids of trunks that the edges are to use */
  inUse: ReadonlySet<string>;
}

/** How edges and their trunks are, by what the agents say. A trunk works while one edge has it working. */
export async function trunksHeard(bus: Bus, db: Kysely<PostgresSchema>, scope: OperatorScope): Promise<TrunksHeard> {
  const [answers, trunks] = await Promise.all([
    askEveryEdge(bus, { do: 'trunks' }, ANSWERS_MS, () => false, QUIET_MS),
    trunksInUse(db, scope),
  ]);
  const edges = answers.map(({ node, result }) => ({
    part: { kind: 'edge_down' as const, what: node, tenant: null },
    // an agent of before this command says that it does not know it: it is there, and so is its OpenSIPS as far as anybody knows
    isWell: result.ok || result.why === 'bad_command',
  }));
  const lines = trunks.flatMap(({ id, tenant, aor }) => {
    const said = answers.flatMap(({ result }) => {
      if (!result.ok) return [];
      const { [id]: routed } = result.gateways ?? {};
      const registered = aor === null ? undefined : result.registrations?.[aor];
      // a carrier that lets us register and does not answer takes no calls, and the other way round
      const words = [routed, registered].filter((word) => word !== undefined);
      if (words.includes(false)) return [false];
      return words.length === 0 || words.includes(null) ? [] : [true];
    });
    return said.length === 0 ? [] : [{ part: { kind: 'trunk_down' as const, what: id, tenant }, isWell: said.some(Boolean) }];
  });
  return { said: [...edges, ...lines], inUse: new Set(trunks.map(({ id }) => id)) };
}
