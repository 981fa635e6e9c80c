import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import type { Act, Actor } from './acts.ts';

/** What was done; `before` and `after` only as far as they tell of the change, never a secret. */
export interface Deed {
  actor: Actor;
  act: Act;
  /** what it was done to: id of a call, a login, a number */
  subject: string;
  before?: unknown;
  after?: unknown;
}

/**
 * Writes an act down, in the transaction that does it: neither is there without the other.
 * @param tenant in which company, as the transaction's row policy has it; null: in the operator's own matters
 */
export async function noteAct(trx: Transaction<PostgresSchema>, tenant: string | null, deed: Deed): Promise<void> {
  await trx.insertInto('audit').values(lineOf(tenant, deed)).execute();
}

/**
 * Writes down that something was looked at, before any byte of it goes out: once, however often the same person asks for it
 * in these ten minutes, since a player asks bit by bit.
 */
export async function noteLook(db: Kysely<PostgresSchema>, scope: TenantScope, deed: Deed): Promise<void> {
  const { by, who, whose, address, act, subject } = lineOf(scope.tenant, deed);
  await asTenant(db, scope.tenant, (trx) =>
    sql`INSERT INTO audit (tenant, by, who, whose, address, act, subject)
      SELECT ${scope.tenant}, ${by}, ${who}, ${whose}, ${address}, ${act}, ${subject}
      WHERE NOT EXISTS (SELECT FROM audit WHERE tenant = ${scope.tenant} AND act = ${act} AND subject = ${subject} AND who = ${who}
        AND by = ${by} AND whose IS NOT DISTINCT FROM ${whose} AND at > now() - interval '10 minutes')`.execute(trx),
  );
}

function lineOf(tenant: string | null, { actor, act, subject, before, after }: Deed) {
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  return { tenant, ...actor, act, subject, before: json(before), after: json(after) };
}
