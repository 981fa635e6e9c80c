import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import type { Kysely } from 'kysely';
import type { Author } from '../directory/history.ts';
import type { PostgresSchema } from '../schema.ts';

export interface AuditLine {
  id: string;
  at: Date;
  author: Author;
  command: string;
  /** '' = about no call */
  callId: string;
  target: string;
}

/** Before the command leaves. */
export async function noteCommand(db: Kysely<PostgresSchema>, { tenant }: TenantScope, line: AuditLine): Promise<void> {
  const { id, at, author, command, callId, target } = line;
  await asTenant(db, tenant, (trx) =>
    trx
      .insertInto('edge_commands')
      .values({ id, tenant, at, author: author.name, author_kind: author.kind, command, call_id: callId, target })
      .execute(),
  );
}

/** @param outcome ok, or the reason why not */
export async function noteOutcome(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  id: string,
  outcome: { node: string; outcome: string; said: string },
  now: Date,
): Promise<void> {
  await asTenant(db, tenant, (trx) =>
    trx
      .updateTable('edge_commands')
      .set({ ...outcome, finished_at: now })
      .where('id', '=', id)
      .execute(),
  );
}

/** The recording commands of a call that the edge carried out, oldest first. */
export async function recordingCommands(db: Kysely<PostgresSchema>, { tenant }: TenantScope, callId: string): Promise<string[]> {
  const rows = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('edge_commands')
      .select('command')
      .where('tenant', '=', tenant)
      .where('call_id', '=', callId)
      .where('command', 'in', ['start', 'stop', 'mask', 'unmask'])
      .where('outcome', '=', 'ok')
      .orderBy('at')
      .execute(),
  );
  return rows.map(({ command }) => command);
}
