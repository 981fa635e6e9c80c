import { randomBytes } from 'node:crypto';
import { MasterKeys } from '@callscope/core/node/objects/master-keys.ts';
import type { Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import type { Channel, WayForm } from './forms.ts';

type Trx = Transaction<PostgresSchema>;
/** As only the installation's master key opens it. */
export interface WrappedSecret {
  master: string;
  wrapped: Buffer;
}

const contextOf = (tenant: string) => `secret of a webhook of company ${tenant}`;

/**
 * What a new way is signed with. Made before the transaction that keeps it: it reads a file.
 * @param keysPath RECORDING_KEYS_FILE @returns null: letters are not signed @throws KeysMissing
 */
export async function newSecret(
  tenant: string,
  channel: Channel,
  keysPath: string,
): Promise<{ secret: string; wrapped: WrappedSecret } | null> {
  if (channel !== 'webhook') return null;
  const secret = `whsec_${randomBytes(32).toString('base64url')}`;
  return { secret, wrapped: (await MasterKeys.read(keysPath)).wrap(Buffer.from(secret), contextOf(tenant)) };
}

/** @param keysPath RECORDING_KEYS_FILE @throws KeysMissing */
export async function openSecret(tenant: string, secret: WrappedSecret, keysPath: string): Promise<string> {
  return (await MasterKeys.read(keysPath)).unwrap(secret, contextOf(tenant)).toString();
}

/** @returns its id */
export async function addWay(trx: Trx, tenant: string, { channel, targets }: WayForm, secret: WrappedSecret | null): Promise<string> {
  const row = await trx
    .insertInto('notice_ways')
    .values({ tenant, channel, targets, secret_master: secret?.master ?? null, secret_wrapped: secret?.wrapped ?? null })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Others are told; the secret stays. */
export async function changeTargets(trx: Trx, tenant: string, id: string, targets: string[]): Promise<void> {
  await trx.updateTable('notice_ways').set({ targets }).where('tenant', '=', tenant).where('id', '=', id).execute();
}

/** With what was told by them, and the rule of missed calls whose way it is. */
export async function removeWays(trx: Trx, tenant: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await trx.deleteFrom('notice_ways').where('tenant', '=', tenant).where('id', 'in', ids).execute();
}
