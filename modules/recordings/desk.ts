import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { countBeside } from './beside.ts';
import { type Hold, heldAt, heldBy, isStanding, readHolds } from './holds.ts';

/** One recording as the desk lists it. */
export interface DeskRecording {
  callId: string;
  segment: string;
  status: string;
  startedAt: Date | null;
  seconds: number | null;
  bytes: number | null;
  /** number of the hold that keeps it, or will then; null: none does */
  hold: string | null;
  numbers: string[];
  employees: string[];
}

/** Everything of one number, beside the calls themselves. */
export interface Desk {
  recordings: DeskRecording[];
  /** there are more than are listed */
  isCut: boolean;
  /** of all of them, by status; held: of those that are ready */
  counts: { all: number; ready: number; held: number; seconds: number; bytes: number };
  /** what stands beside recordings of its calls, by kind */
  beside: Record<string, number>;
  /** that stand and are of this number */
  holds: Hold[];
}

const MOST_LISTED = 200;

/** @param number as calls have it @param calls ids of its calls */
export async function deskOf(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  number: string,
  calls: readonly string[],
  now: Date,
): Promise<Desk> {
  return asTenant(db, tenant, async (trx) => {
    const mine = sql`tenant = ${tenant} AND (numbers @> ARRAY[${number}]::text[] OR call_id = ANY (${[...calls]}::text[]))
      AND status NOT IN ('none')`;
    const { rows: sums } = await sql<Record<keyof Desk['counts'], string | null>>`SELECT count(*) AS "all",
        count(*) FILTER (WHERE status = 'ready') AS ready, count(hold) FILTER (WHERE status = 'ready') AS held,
        sum(seconds) FILTER (WHERE status = 'ready') AS seconds, sum(bytes) FILTER (WHERE status = 'ready') AS bytes
      FROM (SELECT status, seconds, bytes, ${heldBy} AS hold FROM recordings WHERE ${mine}) found`.execute(trx);
    const listed = await recordingLines(trx, {
      which: mine,
      order: sql`started_at DESC NULLS LAST, call_id, segment`,
      held: heldBy,
      most: MOST_LISTED + 1,
    });
    const holds = (await readHolds(trx, tenant)).filter((hold) => isStanding(hold, now));
    const counts = Object.fromEntries(Object.entries(sums[0] ?? {}).map(([name, sum]) => [name, Number(sum ?? 0)]));
    return {
      recordings: listed.slice(0, MOST_LISTED),
      isCut: listed.length > MOST_LISTED,
      counts: counts as unknown as Desk['counts'],
      beside: await countBeside(trx, tenant, calls),
      holds: holds.filter(({ kind, value }) => kind === 'number' && value === number),
    };
  });
}

/** Which recordings the policy takes away until a moment, one by one. */
export interface LeavingChoice {
  keepDays: number;
  /** ms */
  at: number;
  /** as calls have it; null: of all numbers */
  number: string | null;
  offset: number;
  limit: number;
}

/** The oldest first, with those that a hold keeps. */
export async function leavingList(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  { keepDays, at, number, offset, limit }: LeavingChoice,
): Promise<DeskRecording[]> {
  const only = number === null ? sql`true` : sql`numbers @> ARRAY[${number}]::text[]`;
  const due = sql`tenant = ${tenant} AND status = 'ready' AND started_at < ${new Date(at - keepDays * 86_400_000)} AND ${only}`;
  return asTenant(db, tenant, (trx) =>
    recordingLines(trx, { which: due, order: sql`started_at, call_id, segment`, held: heldAt(at), most: limit, offset }),
  );
}

interface Lines {
  which: RawBuilder<unknown>;
  order: RawBuilder<unknown>;
  held: RawBuilder<string | null>;
  most: number;
  offset?: number;
}

async function recordingLines(trx: Transaction<PostgresSchema>, { which, order, held, most, offset = 0 }: Lines): Promise<DeskRecording[]> {
  const { rows } = await sql<{
    call_id: string;
    segment: string;
    status: string;
    started_at: Date | null;
    seconds: string | null;
    bytes: string | null;
    hold: string | null;
    numbers: string[];
    employees: string[];
  }>`SELECT call_id, segment, status, started_at, seconds, bytes, numbers, employees, ${held} AS hold
    FROM recordings WHERE ${which} ORDER BY ${order} LIMIT ${most} OFFSET ${offset}`.execute(trx);
  return rows.map((r) => ({
    ...{ callId: r.call_id, segment: r.segment, status: r.status, startedAt: r.started_at, numbers: r.numbers, employees: r.employees },
    ...{ seconds: r.seconds === null ? null : Number(r.seconds), bytes: r.bytes === null ? null : Number(r.bytes), hold: r.hold },
  }));
}
