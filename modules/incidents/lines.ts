import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { type LineState, lineState } from './rules-lines.ts';

/** More times that a line was down than anybody reads. */
const MOST_DOWNS = 50;

/** A line to a carrier that is the company's own; moments are ms since the epoch. */
export interface Line {
  id: string;
  /** registration: we sign in there; address: calls go between two addresses */
  kind: 'address' | 'registration';
  /** host:port of the carrier */
  host: string;
  state: LineState;
  /** since when it is so; null: nobody knows */
  since: number | null;
  /** when it was down, the newest first; null = it still is */
  downs: { from: number; to: number | null }[];
}

/** How the company's lines are by what the edges say every ten seconds (jobs/incidents), and when they were down since `from`. */
export function linesOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope, from: number, now: number): Promise<Line[]> {
  return asTenant(db, tenant, async (trx) => {
    const { rows } = await sql<{
      id: string;
      kind: Line['kind'];
      host: string;
      active: boolean;
      well_at: Date | null;
      edges_well_at: Date | null;
      downs: { from: number; to: number | null }[];
    }>`
      select t.id, t.kind, t.host || ':' || t.port as host, t.active, p.well_at,
        (select max(well_at) from watched_parts where kind = 'edge_down') as edges_well_at,
        coalesce((
          select json_agg(json_build_object('from', extract(epoch from d.began_at) * 1000, 'to', extract(epoch from d.ended_at) * 1000))
          from (
            select began_at, ended_at from incidents
            where kind = 'trunk_down' and what = t.id and tenant = ${tenant} and (ended_at is null or ended_at > ${new Date(from)})
            order by began_at desc limit ${MOST_DOWNS}
          ) d), '[]') as downs
      from pbx_trunks t left join watched_parts p on p.kind = 'trunk_down' and p.what = t.id
      where t.tenant = ${tenant} order by t.id`.execute(trx);
    return rows.map(({ id, kind, host, active, well_at, edges_well_at, downs }): Line => {
      const list = downs.map((down) => ({ from: Math.round(down.from), to: down.to === null ? null : Math.round(down.to) }));
      const downFrom = list.find(({ to }) => to === null)?.from ?? null;
      const said = { isActive: active, wellAt: well_at?.getTime() ?? null, downFrom, edgesWellAt: edges_well_at?.getTime() ?? null };
      const state = lineState(said, now);
      return {
        id,
        kind,
        host,
        state,
        since: state === 'error' ? downFrom : state === 'registered' ? (list[0]?.to ?? null) : null,
        downs: list,
      };
    });
  });
}
