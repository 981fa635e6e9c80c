import { KeysMissing, MasterKeys } from '@callscope/core/node/objects/master-keys.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import type { Kysely } from 'kysely';
import type { PostgresSchema } from '../schema.ts';

/** `sealed`, name of the master key, and what it wrapped in base64url. Without the first word it is the secret itself, from before they were sealed. */
const SEALED = /^sealed\.([0-9a-f]{16})\.([\w-]+)$/;
const contextOf = (userId: string) => `second factor of user ${userId}`;

/** Secrets of one-time codes: in the database only as the installation's master key opens them, each for its own person. */
export class FactorSecrets {
  readonly #path: string;

  /** @param path RECORDING_KEYS_FILE, read whenever one is made or asked for */
  constructor(path: string) {
    this.#path = path;
  }

  /** @returns what the database keeps. @throws KeysMissing */
  async seal(userId: string, secret: string): Promise<string> {
    return sealedWith(await MasterKeys.read(this.#path), userId, secret);
  }

  /** @param kept by the database. @throws KeysMissing */
  async open(userId: string, kept: string): Promise<string> {
    return SEALED.test(kept) ? openedWith(await MasterKeys.read(this.#path), userId, kept) : kept;
  }

  /**
   * Seals with the master key in force whatever is not: secrets from before they were sealed, and of a former master key.
   * @returns how many; null: nobody has a second factor, the file was not looked at. @throws KeysMissing
   */
  async sealAll(db: Kysely<PostgresSchema>): Promise<number | null> {
    return asOperator(db, async (trx) => {
      const rows = await trx.selectFrom('users').select(['id', 'totp_secret']).where('totp_secret', 'is not', null).forUpdate().execute();
      if (rows.length === 0) return null;
      const masters = await MasterKeys.read(this.#path);
      let count = 0;
      for (const { id, totp_secret } of rows) {
        if (totp_secret === null || SEALED.exec(totp_secret)?.[1] === masters.master) continue;
        const secret = SEALED.test(totp_secret) ? openedWith(masters, id, totp_secret) : totp_secret;
        await trx
          .updateTable('users')
          .set({ totp_secret: sealedWith(masters, id, secret) })
          .where('id', '=', id)
          .execute();
        count++;
      }
      return count;
    });
  }
}

function sealedWith(masters: MasterKeys, userId: string, secret: string): string {
  const { master, wrapped } = masters.wrap(Buffer.from(secret), contextOf(userId));
  return `sealed.${master}.${wrapped.toString('base64url')}`;
}

function openedWith(masters: MasterKeys, userId: string, kept: string): string {
  const [, master, wrapped] = SEALED.exec(kept) ?? [];
  if (master === undefined || wrapped === undefined) throw new KeysMissing(`${contextOf(userId)} was changed in the database`);
  return masters.unwrap({ master, wrapped: Buffer.from(wrapped, 'base64url') }, contextOf(userId)).toString();
}
