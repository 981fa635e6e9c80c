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

export interface EarlierCommand {
  id: string;
  command: string;
  target: string;
  callId: string;
  node: string;
  /** null = not known yet */
  outcome: string | null;
  said: string;
}

/**
 * Before the command leaves. @param requestKey the asker's own name for the request, null = none
 * @returns the line that has this name already: nothing is to be done again. Null: the command may leave
 */
export async function noteCommand(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  line: AuditLine,
  requestKey: string | null = null,
): Promise<EarlierCommand | null> {
  const { id, at, author, command, callId, target } = line;
  return asTenant(db, tenant, async (trx) => {
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('edge_commands')
      .values({ id, tenant, at, author: author.name, author_kind: author.kind, command, call_id: callId, target, request_key: requestKey })
      .onConflict((on) => on.columns(['tenant', 'request_key']).where('request_key', 'is not', null).doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 0n) return null;
    const columns = ['id', 'command', 'target', 'call_id as callId', 'node', 'outcome', 'said'] as const;
    return trx
      .selectFrom('edge_commands')
      .select(columns)
      .where('tenant', '=', tenant)
      .where('request_key', '=', requestKey)
      .executeTakeFirstOrThrow();
  });
}

/** @param outcome ok, or the reason why not */
export async function noteOutcome(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  id: string,
  outcome: { node: string; outcome: string; said: string; call_id?: string },
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
export async function recordingCommands(db: Kysely<PostgresSchema>, scope: TenantScope, callId: string): Promise<string[]> {
  return (await recordingCommandsOf(db, scope, [callId])).get(callId) ?? [];
}

/** The same of several calls; a call that was told nothing is not in it. */
export async function recordingCommandsOf(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  callIds: readonly string[],
): Promise<Map<string, string[]>> {
  const out = new Map<string, string[]>();
  if (callIds.length === 0) return out;
  const rows = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('edge_commands')
      .select(['call_id', 'command'])
      .where('tenant', '=', tenant)
      .where('call_id', 'in', callIds)
      .where('command', 'in', ['start', 'stop', 'mask', 'unmask'])
      .where('outcome', '=', 'ok')
      .orderBy('at')
      .execute(),
  );
  for (const { call_id, command } of rows) {
    const list = out.get(call_id);
    if (list) list.push(command);
    else out.set(call_id, [command]);
  }
  return out;
}
