import { createHash, randomBytes } from 'node:crypto';
import { asOperator } from '@callscope/core/node/postgres.ts';
import type { Kysely, Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';

/** Random tokens of 256 bits: what is stored is their sha256, which nobody can turn back. */
export const newToken = () => randomBytes(32).toString('base64url');
export const hashOf = (token: string) => createHash('sha256').update(token).digest();

/** sign-in: the password was right, the code is missing; recovery: link of a mail; linked: on the way to another service. */
export type Purpose = 'sign-in' | 'recovery' | 'linked';

export interface Ticket {
  userId: string | null;
  tenant: string | null;
  data: unknown;
}

/** @returns the token, for whoever holds it; here is only its hash. @param validMs from now */
export function issueTicket(db: Kysely<PostgresSchema>, purpose: Purpose, whose: Ticket, now: number, validMs: number): Promise<string> {
  const token = newToken();
  return asOperator(db, async (trx) => {
    await trx.deleteFrom('tickets').where('expires_at', '<', new Date(now)).execute();
    // a new link makes the ones before it worthless
    if (purpose === 'recovery')
      await trx.deleteFrom('tickets').where('purpose', '=', purpose).where('user_id', '=', whose.userId).execute();
    await trx
      .insertInto('tickets')
      .values({
        hash: hashOf(token),
        purpose,
        user_id: whose.userId,
        tenant: whose.tenant,
        data: JSON.stringify(whose.data ?? {}),
        expires_at: new Date(now + validMs),
      })
      .execute();
    return token;
  });
}

/** Looks without using it up; null when it is unknown, used or over. */
export function readTicket(trx: Transaction<PostgresSchema>, purpose: Purpose, token: string, now: number): Promise<Ticket | null> {
  return trx
    .selectFrom('tickets')
    .select(['user_id', 'tenant', 'data'])
    .where('hash', '=', hashOf(token.slice(0, 100)))
    .where('purpose', '=', purpose)
    .where('expires_at', '>', new Date(now))
    .executeTakeFirst()
    .then((row) => (row ? { userId: row.user_id, tenant: row.tenant, data: row.data } : null));
}

/** Uses it up: of two who come at once one gets it. Null as in `readTicket`. */
export async function useTicket(trx: Transaction<PostgresSchema>, purpose: Purpose, token: string, now: number): Promise<Ticket | null> {
  const row = await trx
    .deleteFrom('tickets')
    .where('hash', '=', hashOf(token.slice(0, 100)))
    .where('purpose', '=', purpose)
    .where('expires_at', '>', new Date(now))
    .returning(['user_id', 'tenant', 'data'])
    .executeTakeFirst();
  return row ? { userId: row.user_id, tenant: row.tenant, data: row.data } : null;
}

/** One more try at a ticket that may be tried `most` times. @returns false when it is unknown, over, or was tried so often: then it is gone */
export async function tryTicket(
  trx: Transaction<PostgresSchema>,
  purpose: Purpose,
  token: string,
  most: number,
  now: number,
): Promise<boolean> {
  const row = await trx
    .updateTable('tickets')
    .set((e) => ({ tries: e('tries', '+', 1) }))
    .where('hash', '=', hashOf(token.slice(0, 100)))
    .where('purpose', '=', purpose)
    .where('expires_at', '>', new Date(now))
    .returning('tries')
    .executeTakeFirst();
  if (!row) return false;
  if (row.tries <= most) return true;
  await trx
    .deleteFrom('tickets')
    .where('hash', '=', hashOf(token.slice(0, 100)))
    .execute();
  return false;
}
