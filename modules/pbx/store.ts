import { createHash } from 'node:crypto';
import { countryCode } from '@callscope/core/domain/phone.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import { applyPolicy } from '../recordings/policy-store.ts';
import type { PostgresSchema } from '../schema.ts';
import { conflicts, PbxConflict } from './conflict.ts';
import { type OperatorTrunksForm, type Outgoing, type PbxForm, plainNumber, rulesOf } from './forms.ts';
import { replace } from './replace.ts';
import { type ListRow, listRows, ruleRows } from './route-rows.ts';

/** What the edge compares with in digest authentication (RFC 2617, 3.2.2.2). */
export function ha1(username: string, domain: string, password: string): string {
  return createHash('md5').update(`${username}:${domain}:${password}`).digest('hex');
}

/** The most calls that a company may have at a time. @returns null when there is no such limit */
export function callLimit(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<number | null> {
  return asTenant(db, tenant, async (trx) => {
    const row = await trx.selectFrom('pbx_companies').select('calls').where('tenant', '=', tenant).executeTakeFirst();
    return row?.calls ?? null;
  });
}

/**
 * Replaces a company's telephony as a whole. Rows that stay as they are are not touched, so that the edge reloads only what
 * changed. @returns false when there is no such company. @throws PbxConflict
 */
export function putPbx(db: Kysely<PostgresSchema>, scope: TenantScope, actor: Actor, form: PbxForm): Promise<boolean> {
  const { tenant } = scope;
  return conflicts(
    asTenant(db, tenant, async (trx) => {
      const company = await trx.selectFrom('tenants').select(['domain', 'country']).where('id', '=', tenant).forUpdate().executeTakeFirst();
      if (!company) return false;
      const { domain, country } = company;
      const before = await trx.selectFrom('pbx_accounts').select(['username', 'ha1']).where('tenant', '=', tenant).execute();
      const known = new Map(before.map((a) => [a.username, a.ha1]));
      const number = (n: string | null) => (n === null ? null : plainNumber(n, country));
      const accounts = form.accounts.map((a, i) => {
        const hash = a.ha1 ?? (a.password === undefined ? known.get(a.user) : ha1(a.user, domain, a.password));
        if (hash === undefined) throw new PbxConflict(`accounts.${i}.password`, `account "${a.user}" is new: give its password or ha1`);
        return {
          tenant,
          username: a.user,
          ha1: hash,
          status: a.status,
          calls: a.calls,
          caller_id: number(a.callerId),
          record: a.record,
          blocked: a.blocked,
        };
      });
      await replace(trx, 'pbx_companies', ['tenant'], tenant, [
        {
          tenant,
          home_prefix: countryCode(country),
          caller_id: number(form.callerId),
          calls: form.limits.calls,
          calls_per_account: form.limits.callsPerAccount,
          abroad_calls_per_hour: form.limits.abroadCallsPerHour,
          abroad_minutes_per_hour: form.limits.abroadMinutesPerHour,
          record: form.recording.policy,
          announcement: form.recording.announcement,
        },
      ]);
      await replace(trx, 'pbx_accounts', ['tenant', 'username'], tenant, accounts);
      await replace(
        trx,
        'pbx_short_numbers',
        ['tenant', 'number'],
        tenant,
        form.shortNumbers.map((s) => ({
          tenant,
          number: s.number,
          accounts: s.accounts,
          ring_seconds: s.ringSeconds,
          do_not_disturb: s.doNotDisturb,
          phone: number(s.phone),
          follow: s.follow,
          display_name: s.displayName,
          forward_always: s.forward.always,
          forward_busy: s.forward.busy,
          forward_no_answer: s.forward.noAnswer,
          forward_unreachable: s.forward.unreachable,
        })),
      );
      await replace(
        trx,
        'pbx_groups',
        ['tenant', 'id'],
        tenant,
        form.groups.map((g) => ({
          tenant,
          id: g.id,
          number: g.number,
          mode: g.mode,
          ring_seconds: g.ringSeconds,
          members: g.members,
          weights: g.weights,
          otherwise: g.otherwise,
        })),
      );
      await replace(
        trx,
        'pbx_numbers',
        ['number'],
        tenant,
        form.numbers.map((n) => ({ tenant, number: plainNumber(n.number, country) })),
      );
      const rules = form.numbers.flatMap((n) => ruleRows(tenant, country, plainNumber(n.number, country), rulesOf(n)));
      await replace(trx, 'pbx_number_rules', ['number', 'position'], tenant, rules);
      await replace(trx, 'pbx_lists', ['tenant', 'number', 'pattern'], tenant, await wholeLists(trx, tenant, country, form));
      const outgoing = await replaceOutgoing(trx, tenant, form);
      await applyPolicy(trx, tenant);
      const names = (list: readonly { username: string }[]) => list.map((a) => a.username).sort();
      const passwords = form.accounts.filter((a) => a.password !== undefined || a.ha1 !== undefined).map((a) => a.user);
      await noteAct(trx, tenant, {
        ...{ actor, act: 'telephony.change', subject: '' },
        before: { accounts: names(before), ...outgoing.before },
        after: {
          ...{ accounts: names(accounts), passwords, ...outgoing.after },
          ...{ shortNumbers: form.shortNumbers.length, groups: form.groups.length, numbers: form.numbers.length },
        },
      });
      return true;
    }),
  );
}

/** The lists of a whole telephony; one that the form does not name stays as it was. */
async function wholeLists(trx: Transaction<PostgresSchema>, tenant: string, country: string, form: PbxForm): Promise<ListRow[]> {
  const before = await trx.selectFrom('pbx_lists').selectAll().where('tenant', '=', tenant).execute();
  const given = [
    { number: null, list: form.blackList },
    ...form.numbers.map((n) => ({ number: plainNumber(n.number, country), list: n.whiteList })),
  ];
  return given.flatMap(({ number, list }) =>
    list === undefined ? before.filter((l) => l.number === number) : listRows(tenant, country, number, list),
  );
}

/** Replaces what every company calls through: trunks, routes, emergency numbers. @throws PbxConflict */
export function putOperatorTrunks(
  db: Kysely<PostgresSchema>,
  _operator: OperatorScope,
  actor: Actor,
  form: OperatorTrunksForm,
): Promise<void> {
  return conflicts(
    asOperator(db, async (trx) => {
      const told = await replaceOutgoing(trx, null, form);
      await replace(
        trx,
        'pbx_emergency_numbers',
        ['number'],
        undefined,
        form.emergency.map((number) => ({ number })),
      );
      await noteAct(trx, null, {
        actor,
        act: 'telephony.change',
        subject: '',
        before: told.before,
        after: { ...told.after, emergency: form.emergency },
      });
    }),
  );
}

/** @returns the trunks by their ids, for the audit: what they sign in with is nobody's to read */
async function replaceOutgoing(
  trx: Transaction<PostgresSchema>,
  tenant: string | null,
  form: Outgoing,
): Promise<{ before: object; after: object }> {
  const { rows } = await sql<{
    id: string;
    secret: string | null;
  }>`select id, secret from pbx_trunks where tenant is not distinct from ${tenant}`.execute(trx);
  const secrets = new Map(rows.map((t) => [t.id, t.secret]));
  await replace(
    trx,
    'pbx_trunks',
    ['id'],
    tenant,
    form.trunks.map((t, i) => {
      const secret = t.secret === undefined ? (secrets.get(t.id) ?? null) : t.secret;
      if (t.kind === 'registration' && secret === null)
        throw new PbxConflict(`trunks.${i}.secret`, `trunk "${t.id}" is new: give its secret`);
      return {
        tenant,
        id: t.id,
        kind: t.kind,
        direction: t.direction,
        host: t.host,
        port: t.port,
        transport: t.transport,
        addresses: t.addresses,
        username: t.username,
        secret,
        edge_address: t.edgeAddress,
        strip: t.strip,
        prefix: t.prefix,
        cost: t.cost,
        active: t.active,
      };
    }),
  );
  await replace(
    trx,
    'pbx_trunk_groups',
    ['id'],
    tenant,
    form.trunkGroups.map((g) => ({ tenant, ...g })),
  );
  await replace(
    trx,
    'pbx_routes',
    ['tenant', 'prefix', 'priority'],
    tenant,
    form.routes.map((r) => ({ tenant, ...r })),
  );
  await replace(
    trx,
    'pbx_blocked_prefixes',
    ['tenant', 'prefix'],
    tenant,
    form.blockedPrefixes.map((prefix) => ({ tenant, prefix })),
  );
  const secretsGiven = form.trunks.filter((t) => t.secret !== undefined).map((t) => t.id);
  return {
    before: { trunks: [...secrets.keys()].sort() },
    after: { trunks: form.trunks.map((t) => t.id).sort(), secrets: secretsGiven, routes: form.routes.length },
  };
}
