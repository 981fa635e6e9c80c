import type { EdgeAnswer } from '@callscope/core/bus/edge-commands.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { workWhenNotified } from '@callscope/core/node/notified-work.ts';
import type { Postgres } from '@callscope/core/node/postgres.ts';
import { askEveryEdge } from '@callscope/modules/edge/ask.ts';
import { EDGE_CHANGES_CHANNEL, forgetOldChanges, noteReload, waitingChanges } from '@callscope/modules/edge/changes.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';

/** An edge that said nothing for this long is away: it reads everything when it comes back. */
const AWAY_MS = 20_000;
const LOOK_MS = 4_500;
const RELOAD_MS = 8_000;

const reloads = counter('jobs_edge_reloads_total', 'Reloads asked of edges', ['outcome']);
const lag = gauge('jobs_edge_changes_lag_seconds', 'Age of the oldest change that is not in force on every edge');

/**
 * edge_changes -> reload on every edge that is there. Changes that wait together are one reload; what comes meanwhile is the
 * next. A change is in force once each edge has said so; what failed is tried again by the sweep.
 */
export async function pumpReloads(service: Service, postgres: Postgres<PostgresSchema>, bus: Bus): Promise<void> {
  const { log } = service;
  const { db } = postgres;
  const heardAt = new Map<string, number>();
  const hear = ({ node }: EdgeAnswer) => void heardAt.set(node, performance.now());
  const present = () => [...heardAt].filter(([, at]) => performance.now() - at < AWAY_MS).map(([node]) => node);

  let lastFailure: string | null = null;
  const apply = async () => {
    for (;;) {
      const waiting = await waitingChanges(db);
      lag.set(waiting === null ? 0 : (Date.now() - waiting.oldest.getTime()) / 1_000);
      if (waiting === null) return;
      const missing = new Set(present());
      const answers = await askEveryEdge(bus, { do: 'reload', what: waiting.what }, RELOAD_MS, (answer) => {
        hear(answer);
        missing.delete(answer.node);
        return missing.size === 0;
      });
      const failure = failureOf(answers, [...missing]);
      reloads.inc({ outcome: failure === null ? 'ok' : 'failed' });
      await noteReload(db, waiting, failure, new Date());
      if (failure === null) log.info('edges read their tables again', { what: waiting.what, edges: answers.length });
      else if (failure !== lastFailure) log.warn('a change is not in force, trying again', { what: waiting.what, failure });
      lastFailure = failure;
      if (failure !== null) return;
    }
  };

  const look = () =>
    askEveryEdge(bus, { do: 'ping' }, LOOK_MS, (answer) => {
      hear(answer);
      return false;
    }).catch(() => []);

  void look();
  const pump = await workWhenNotified(postgres, log, EDGE_CHANGES_CHANNEL, {
    work: apply,
    clean: () => forgetOldChanges(db),
    sweep: () => void look(),
  });
  service.onStop('reloads', pump.stop);
}

/** Why a change is not in force everywhere; null = it is. */
function failureOf(answers: readonly EdgeAnswer[], missing: readonly string[]): string | null {
  if (missing.length > 0) return `no answer from ${missing.join(', ')}`;
  if (answers.length === 0) return 'no edge is there';
  const refused = answers.flatMap(({ node, result }) => (result.ok ? [] : [`${node}: ${result.why}, ${result.detail}`]));
  return refused.length === 0 ? null : refused.join('; ').slice(0, 500);
}
