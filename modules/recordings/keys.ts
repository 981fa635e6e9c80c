import { randomBytes } from 'node:crypto';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { KeysMissing, MasterKeys } from '@callscope/core/node/objects/master-keys.ts';
import type { SealKey } from '@callscope/core/node/objects/sealed.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { inTurn } from './holds.ts';

/** Whether a company's new recordings are sealed. */
export interface Sealing {
  on: boolean;
  /** number of the newest key; 0: there never was one */
  version: number;
  /** when that key was made */
  since: Date | null;
}

/** The same for every process; a key that was unwrapped is remembered so long. */
const REMEMBERED = 1_000;
const contextOf = (tenant: string, version: number) => `key ${version} of company ${tenant}`;

/** Keys with which companies' recordings are sealed: made here, kept in the database as only the master key opens them. */
export class CompanyKeys {
  readonly #db: Kysely<PostgresSchema>;
  readonly #path: string;
  readonly #known = new Map<string, Buffer>();

  /** @param path RECORDING_KEYS_FILE, read anew whenever a key is not known yet */
  constructor(db: Kysely<PostgresSchema>, path: string) {
    this.#db = db;
    this.#path = path;
  }

  /** The key with which a new recording is sealed, null: it is kept as it is. @throws KeysMissing */
  async current(scope: TenantScope): Promise<SealKey | null> {
    const { on, version } = await sealingOf(this.#db, scope);
    return on ? { version, key: await this.keyOf(scope, version) } : null;
  }

  /** @throws KeysMissing */
  async keyOf({ tenant }: TenantScope, version: number): Promise<Buffer> {
    const context = contextOf(tenant, version);
    const known = this.#known.get(context);
    if (known) return known;
    const row = await asTenant(this.#db, tenant, (trx) =>
      trx
        .selectFrom('recording_keys')
        .select(['master', 'wrapped'])
        .where('tenant', '=', tenant)
        .where('version', '=', version)
        .executeTakeFirst(),
    );
    if (!row) throw new KeysMissing(`the database has no ${context}: restore table recording_keys from a backup`);
    const key = (await MasterKeys.read(this.#path)).unwrap(row, context);
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(context, key);
    return key;
  }

  /**
   * From now on new recordings of the company are sealed, with a new key. What is sealed already stays with its own.
   * @returns number of the key @throws KeysMissing
   */
  async seal({ tenant }: TenantScope, actor: Actor): Promise<number> {
    const masters = await MasterKeys.read(this.#path);
    return asTenant(this.#db, tenant, async (trx) => {
      await inTurn(trx, tenant);
      const last = await trx
        .selectFrom('recording_keys')
        .select('version')
        .where('tenant', '=', tenant)
        .orderBy('version', 'desc')
        .executeTakeFirst();
      const version = (last?.version ?? 0) + 1;
      const wrapped = masters.wrap(randomBytes(32), contextOf(tenant, version));
      await trx
        .updateTable('recording_keys')
        .set({ retired_at: sql`now()` })
        .where('tenant', '=', tenant)
        .where('retired_at', 'is', null)
        .execute();
      await trx
        .insertInto('recording_keys')
        .values({ tenant, version, ...wrapped })
        .execute();
      await noteAct(trx, tenant, { actor, act: 'recording.sealing', subject: '', after: { on: true, version } });
      return version;
    });
  }

  /** From now on new recordings are kept as they are; what is sealed stays so. */
  async leaveOpen({ tenant }: TenantScope, actor: Actor): Promise<void> {
    await asTenant(this.#db, tenant, async (trx) => {
      await inTurn(trx, tenant);
      const { numUpdatedRows } = await trx
        .updateTable('recording_keys')
        .set({ retired_at: sql`now()` })
        .where('tenant', '=', tenant)
        .where('retired_at', 'is', null)
        .executeTakeFirst();
      if (numUpdatedRows > 0n) await noteAct(trx, tenant, { actor, act: 'recording.sealing', subject: '', after: { on: false } });
    });
  }

  /**
   * Wraps every company's keys with the master key in force: afterwards the other lines of the file are not needed any more.
   * @returns how many were wrapped otherwise; null: no company has keys, the file was not looked at @throws KeysMissing
   */
  async wrapAnew(_scope: OperatorScope): Promise<number | null> {
    return asOperator(this.#db, async (trx) => {
      const rows = await trx.selectFrom('recording_keys').select(['tenant', 'version', 'master', 'wrapped']).forUpdate().execute();
      if (rows.length === 0) return null;
      const masters = await MasterKeys.read(this.#path);
      let count = 0;
      for (const { tenant, version, ...row } of rows) {
        if (row.master === masters.master) continue;
        const context = contextOf(tenant, version);
        const wrapped = masters.wrap(masters.unwrap(row, context), context);
        await trx.updateTable('recording_keys').set(wrapped).where('tenant', '=', tenant).where('version', '=', version).execute();
        count++;
      }
      return count;
    });
  }
}

export async function sealingOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<Sealing> {
  const row = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('recording_keys')
      .select(['version', 'created_at', 'retired_at'])
      .where('tenant', '=', tenant)
      .orderBy('version', 'desc')
      .executeTakeFirst(),
  );
  return { on: row !== undefined && row.retired_at === null, version: row?.version ?? 0, since: row?.created_at ?? null };
}
