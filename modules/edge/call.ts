import { reaches } from '@callscope/core/domain/reach.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import type { Kysely } from 'kysely';
import type { Author } from '../directory/history.ts';
import { getDirectory } from '../directory/store.ts';
import { peopleOfAccounts } from '../recordings/policy-store.ts';
import type { PostgresSchema } from '../schema.ts';
import { askEdge, askEveryEdge } from './ask.ts';
import { audited, type Commanding, FIND_MS, type Outcome } from './commands.ts';

/**
 * A call for an employee: their phone rings, then the number is called and both are joined. It is one conversation.
 * @param wish from: short number of the employee; to: as they would dial it; domain of the company
 * @param requestKey a request of this name calls once, however often it is repeated; null = it has none
 */
export async function startCall(
  on: Commanding,
  scope: TenantScope,
  author: Author,
  wish: { from: string; to: string; domain: string },
  requestKey: string | null,
): Promise<Outcome> {
  const { from, to, domain } = wish;
  const line = { author, command: 'call', callId: '', target: `${from} ${to}` };
  return audited(
    on,
    scope,
    line,
    async (id) => {
      const users = await accountsOf(on.db, scope, from);
      if (users.length === 0) return { why: 'no_extension', said: `no active account answers ${from}` };
      const accounts = users.map((user) => `${user}@${domain}`);
      const answers = await askEveryEdge(on.bus, { do: 'registered', accounts }, on.findMs ?? FIND_MS, ({ result }) => result.ok);
      const has = answers.find(({ result }) => result.ok);
      if (!has && answers.length === 0) return { why: 'no_edge', said: 'no edge answers' };
      if (!has) return { why: 'not_registered', said: `no phone of ${from} is registered` };
      return askEdge(on.bus, has.node, id, { do: 'call', id, tenant: scope.tenant, domain, from, to });
    },
    requestKey,
  );
}

/**
 * Whether a phone belongs to somebody within reach, by the directory and the short numbers that ring it.
 * @param phone one of its short numbers, or its account
 */
export async function isPhoneWithin(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  phone: { extension: string } | { account: string },
  now: Date,
): Promise<boolean> {
  if (scope.within === undefined) return true;
  const body = (await getDirectory(db, scope, now))?.body ?? null;
  if ('extension' in phone) {
    const employee = body?.employees.find((e) => e.extensions.includes(phone.extension));
    return employee !== undefined && reaches(scope.within, 'employees', employee.id);
  }
  const numbers = await asTenant(db, scope.tenant, (trx) =>
    trx.selectFrom('pbx_short_numbers').select(['number', 'accounts']).where('tenant', '=', scope.tenant).execute(),
  );
  const person = peopleOfAccounts(body, numbers, new Set()).get(phone.account);
  return person !== undefined && reaches(scope.within, 'employees', person.id);
}

async function accountsOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope, number: string): Promise<string[]> {
  const rows = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('pbx_accounts as a')
      .innerJoin('pbx_short_numbers as n', (join) => join.onRef('n.tenant', '=', 'a.tenant'))
      .select('a.username')
      .where('a.tenant', '=', tenant)
      .where('a.status', '=', 'active')
      .where('n.number', '=', number)
      .whereRef('a.username', '=', (eb) => eb.fn.any('n.accounts'))
      .execute(),
  );
  return rows.map(({ username }) => username);
}
