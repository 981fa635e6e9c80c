import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { PbxSchema } from './schema.ts';

/** @returns trunk ids by the addresses that they are at. A name of a host is none, nor is a network: only what a packet can show. @param scope null: all there are */
export async function trunkHosts<S extends PbxSchema>(db: Kysely<S>, scope: TenantScope | null): Promise<Map<string, string>> {
  const read = async (trx: Transaction<S>) =>
    (
      await sql<{
        id: string;
        hosts: string[];
      }>`select id, array(select host(a) from unnest(addresses) a where masklen(a) in (32, 128)) || host as hosts
        from pbx_trunks order by id`.execute(trx)
    ).rows;
  const rows = scope === null ? await asOperator(db, read) : await asTenant(db, scope.tenant, read);
  return new Map(rows.flatMap(({ id, hosts }) => hosts.map((host) => [host, id] as const)));
}
