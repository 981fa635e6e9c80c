import { setTimeout as pause } from 'node:timers/promises';
import { droppedTimes } from '@callscope/analytics/run/drops.ts';
import { subjects } from '@callscope/core/bus/streams.ts';
import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { gauge } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { Status } from '@callscope/core/node/status.ts';
import { operatorScope, ownService } from '@callscope/modules/access/callers.ts';
import { INCIDENT_KINDS } from '@callscope/modules/incidents/kinds.ts';
import { forgetOldIncidents, forgetPart, knownParts, noteIncident, noteWell, type Part } from '@callscope/modules/incidents/store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kysely } from 'kysely';
import { type Change, IncidentBook } from './book.ts';
import { joined } from './drops.ts';
import { trunksHeard } from './trunks.ts';

const LOOK_MS = 1_000;
const NOTE_WELL_MS = 5_000;
const ASK_EDGES_MS = 10_000;
const LOOK_FOR_DROPS_MS = 10_000;
/** Frames are in the store by then; those that are decoded later than that are found by a later look. */
const DROPS_BACK_MS = 10 * 60_000;
const CLEAN_MS = 24 * 3_600_000;

/** Services whose silence is an incident, by their name on the bus. One well instance of a kind is enough. */
const SERVICES: Readonly<Record<string, Part>> = {
  recorder: { kind: 'recorder_stopped', what: 'recorder', tenant: null },
  edge: { kind: 'data_gap', what: 'receivers', tenant: null },
};
const DROPS: Part = { kind: 'data_gap', what: 'dropped', tenant: null };

const going = gauge('jobs_incidents_going', 'Incidents that go on', ['kind']);

/**
 * Notes when a recorder stands, receivers are away or drop packets, an edge or a trunk is down: beginnings and ends, for charts.
 * What was noted stands in PostgreSQL alone, so that the next life of jobs goes on where this one stopped.
 */
export async function watchIncidents(service: Service, bus: Bus, store: ClickHouseClient, db: Kysely<PostgresSchema>): Promise<void> {
  const { log, stopping } = service;
  const scope = operatorScope(ownService('jobs'), 'companies:read') as OperatorScope;
  const book = new IncidentBook(await knownParts(db, scope), Date.now());
  /** what PostgreSQL has not taken yet, in order */
  const waiting: Change[] = [];
  const told = (changes: readonly (Change | null)[]) => {
    for (const change of changes) {
      if (change === null) continue;
      waiting.push(change);
      const { part, from, to } = change;
      const incident = { kind: part.kind, what: part.what, from: new Date(from).toISOString() };
      if (to === null) log.warn('an incident begins', incident);
      else log.info('an incident is over', { ...incident, to: new Date(to).toISOString() });
    }
  };

  const subscription = bus.nc.subscribe(subjects.allStatus, {
    callback: (error, message) => {
      if (error) return;
      const status = message.json<Status>();
      const part = SERVICES[status.service];
      if (!part) return;
      told([book.hear(part, status.failing === null, Date.now(), status.since === undefined ? undefined : Date.parse(status.since))]);
    },
  });
  service.onStop('statuses', () => subscription.drain());

  const hearTrunks = async () => {
    const heard = await trunksHeard(bus, db, scope);
    const now = Date.now();
    told(heard.said.map(({ part, isWell }) => book.hear(part, isWell, now)));
    const { parts, changes } = book.forget((part) => part.kind === 'trunk_down' && !heard.inUse.has(part.what), now);
    told(changes);
    for (const part of parts) await forgetPart(db, scope, part);
  };
  let dropsAsked = Date.now() - DROPS_BACK_MS;
  const lookForDrops = async () => {
    const now = Date.now();
    const gaps = joined(await droppedTimes(store, scope, dropsAsked, now));
    // one that is known is written again, which changes nothing
    for (const { from, to } of gaps) await noteIncident(db, scope, DROPS, from, to);
    dropsAsked = now - DROPS_BACK_MS;
  };
  const write = async () => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      await noteIncident(db, scope, next.part, next.from, next.to);
      waiting.shift();
    }
  };
  const look = async () => {
    // whoever hears nothing cannot tell silence from its own
    if (!bus.connected()) book.deaf(Date.now());
    told(book.look(Date.now()));
    for (const kind of INCIDENT_KINDS) going.set({ kind }, book.going(kind));
    await write();
  };

  const every: [number, string, () => Promise<void>][] = [
    [LOOK_MS, 'incidents', look],
    [NOTE_WELL_MS, 'parts that are well', () => noteWell(db, scope, book.well())],
    [ASK_EDGES_MS, 'trunks', hearTrunks],
    [LOOK_FOR_DROPS_MS, 'dropped packets', lookForDrops],
    [CLEAN_MS, 'old incidents', () => forgetOldIncidents(db, scope)],
  ];
  const loops = every.map(async ([ms, what, work]) => {
    let isFailing = false;
    while (!stopping.aborted) {
      try {
        await work();
        isFailing = false;
      } catch (error) {
        if (!stopping.aborted && !isFailing) log.warn(`${what} could not be looked at, trying again`, { error: errorText(error) });
        isFailing = true;
      }
      await pause(ms, undefined, { signal: stopping }).catch(() => undefined);
    }
  });
  service.onStop('incidents', async () => void (await Promise.all(loops)));
}
