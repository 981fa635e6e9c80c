import type { WorkingHours } from '@callscope/core/domain/schedule.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { PbxConflict } from './conflict.ts';
import { type ListEntry, lock, readList, storeList } from './lists.ts';
import { type RouteForm, routeFaults } from './route-forms.ts';
import { listRows, ruleOfRow, ruleRows } from './route-rows.ts';
import { routeVersion } from './route-version.ts';
import type { Pbx, Rule } from './rules-route.ts';
import type { ShortNumber } from './rules-stage.ts';

type Trx = Transaction<PostgresSchema>;
export interface NumberRoute {
  /** international digits */
  number: string;
  rules: Rule[];
  whiteList: ListEntry[];
  /** of what stands here: who changes it names the one that they read */
  version: string;
}

/** All own numbers with where they lead, in the order of numbers. */
export function numberRoutes(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<NumberRoute[]> {
  return asTenant(db, tenant, (trx) => readRoutes(trx, tenant));
}

/**
 * Replaces where a number leads; in force with the next call.
 * @param number international digits @param read version of the route that was read; null: whatever stands there is replaced
 * @returns unknown: it is none of the company's; stale: somebody has changed it since @throws PbxConflict a destination is not there
 */
export function putRoute(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  number: string,
  form: RouteForm,
  read: string | null = null,
): Promise<'done' | 'unknown' | 'stale'> {
  return asTenant(db, tenant, async (trx) => {
    const company = await lock(trx, tenant);
    const before = (await readRoutes(trx, tenant)).find((n) => n.number === number);
    if (!company || !before) return 'unknown';
    if (read !== null && read !== before.version) return 'stale';
    await check(trx, tenant, form);
    const rows = ruleRows(tenant, company.country, number, form.rules);
    await trx.deleteFrom('pbx_number_rules').where('tenant', '=', tenant).where('number', '=', number).execute();
    await trx
      .insertInto('pbx_number_rules')
      .values(rows.map((row) => ({ ...row, times: JSON.stringify(row.times) as never })))
      .execute();
    await storeList(trx, tenant, company.country, number, form.whiteList);
    const after = { rules: rows.map(ruleOfRow), whiteList: await readList(trx, tenant, number) };
    const { rules, whiteList } = before;
    await noteAct(trx, tenant, { actor, act: 'telephony.route', subject: number, before: { rules, whiteList }, after });
    return 'done';
  });
}

/**
 * What the rules need to say who rings. @param draftIn a number with a route that is not stored yet
 * @returns null when there is no such company @throws PbxConflict a destination of the draft is not there
 */
export function pbxOf(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  draftIn: (country: string) => { number: string; route: RouteForm } | null = () => null,
): Promise<{ pbx: Pbx; country: string } | null> {
  return asTenant(db, tenant, async (trx) => {
    const company = await trx.selectFrom('tenants').select(['timezone', 'country']).where('id', '=', tenant).executeTakeFirst();
    if (!company) return null;
    const { timezone: zone, country } = company;
    const draft = draftIn(country);
    const numbers = new Map(
      (await readRoutes(trx, tenant)).map((n) => [n.number, { rules: n.rules, whiteList: n.whiteList.map((l) => l.pattern) }]),
    );
    if (draft && numbers.has(draft.number)) {
      await check(trx, tenant, draft.route);
      numbers.set(draft.number, {
        rules: ruleRows(tenant, country, draft.number, draft.route.rules).map(ruleOfRow),
        whiteList: listRows(tenant, country, draft.number, draft.route.whiteList).map((l) => l.pattern),
      });
    }
    const blackPatterns = (await readList(trx, tenant, null)).map((l) => l.pattern);
    const hours = await workingHours(trx, tenant);
    return { country, pbx: { zone, hours, numbers, blackList: blackPatterns, ...(await readTelephony(trx, tenant, zone)) } };
  });
}

async function check(trx: Trx, tenant: string, { rules }: RouteForm): Promise<void> {
  const shorts = await trx.selectFrom('pbx_short_numbers').select('number').where('tenant', '=', tenant).execute();
  const groups = await trx.selectFrom('pbx_groups').select('id').where('tenant', '=', tenant).execute();
  const [fault] = routeFaults(rules, new Set(shorts.map((s) => s.number)), new Set(groups.map((g) => g.id)));
  if (fault) throw new PbxConflict(['rules', ...fault.path].join('.'), fault.message);
}

async function readRoutes(trx: Trx, tenant: string): Promise<NumberRoute[]> {
  const numbers = await trx.selectFrom('pbx_numbers').select('number').where('tenant', '=', tenant).orderBy('number').execute();
  const rules = await trx.selectFrom('pbx_number_rules').selectAll().where('tenant', '=', tenant).orderBy('position').execute();
  const white = await trx
    .selectFrom('pbx_lists')
    .select(['number', 'pattern', 'comment'])
    .where('tenant', '=', tenant)
    .where('number', 'is not', null)
    .orderBy('pattern')
    .execute();
  const rulesBy = Map.groupBy(rules, (r) => r.number);
  const whiteBy = Map.groupBy(white, (l) => l.number);
  return numbers.map(({ number }) => {
    const route = (rulesBy.get(number) ?? []).map(ruleOfRow);
    const whiteList = (whiteBy.get(number) ?? []).map(({ pattern, comment }) => ({ pattern, comment }));
    return { number, rules: route, whiteList, version: routeVersion(route, whiteList) };
  });
}

async function workingHours(trx: Trx, tenant: string): Promise<WorkingHours> {
  const row = await trx
    .selectFrom('company_settings')
    .select('body')
    .where('tenant', '=', tenant)
    .orderBy('valid_from', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.body.workingHours ?? null;
}

async function readTelephony(
  trx: Trx,
  tenant: string,
  zone: string,
): Promise<Pick<Pbx, 'accounts' | 'shortNumbers' | 'groups' | 'answered'>> {
  const accounts = await trx
    .selectFrom('pbx_accounts')
    .select(['username', 'blocked'])
    .where('tenant', '=', tenant)
    .where('status', '=', 'active')
    .execute();
  const shorts = await trx.selectFrom('pbx_short_numbers').selectAll().where('tenant', '=', tenant).execute();
  const groups = await trx.selectFrom('pbx_groups').selectAll().where('tenant', '=', tenant).execute();
  const answered = await trx
    .selectFrom('pbx_answered')
    .select(['account', 'last_at', sql<number>`case when day = (now() at time zone ${zone})::date then calls else 0 end`.as('today')])
    .where('tenant', '=', tenant)
    .execute();
  return {
    accounts: new Set(accounts.filter((a) => !a.blocked.includes('in')).map((a) => a.username)),
    shortNumbers: new Map(
      shorts.map((s): [string, ShortNumber] => [
        s.number,
        {
          ...{ accounts: s.accounts, phone: s.phone, ringSeconds: s.ring_seconds, doNotDisturb: s.do_not_disturb, follow: s.follow },
          forward: {
            ...{ always: s.forward_always, busy: s.forward_busy },
            ...{ noAnswer: s.forward_no_answer, unreachable: s.forward_unreachable },
          },
        },
      ]),
    ),
    groups: new Map(
      groups.map((g) => [
        g.id,
        {
          ...{ number: g.number, mode: g.mode, ringSeconds: g.ring_seconds, otherwise: g.otherwise },
          members: g.members.map((number, i) => ({ number, weight: g.weights[i] ?? 1 })),
        },
      ]),
    ),
    answered: new Map(answered.map((a) => [a.account, { lastAt: a.last_at.getTime(), today: a.today }])),
  };
}
