import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { connectPostgres, type Postgres } from '@callscope/core/node/postgres.ts';
import { migrationsOf } from '@callscope/launch/migrate.ts';
import { postgresServer } from '@callscope/launch/postgres.ts';
import { pbxOf } from '@callscope/modules/pbx/routes.ts';
import { decide, type Pbx } from '@callscope/modules/pbx/rules-route.ts';
import { stageOf } from '@callscope/modules/pbx/rules-stage.ts';
import { putPbx } from '@callscope/modules/pbx/store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { log } from '../recordings/ffmpeg.ts';
import { type RandomCompany, randomCalls, randomCompany } from '../telephony/random-company.ts';
import { freePort, until } from './stack.ts';

const COMPANIES = 150;
const CALLS = 80;
/** A company whose number leads somewhere by the columns that there were before rules. */
const OF_BEFORE = `
  INSERT INTO tenants (id, name, domain, timezone, locale, country) VALUES ('old', 'old', 'old.test', 'UTC', 'ru', 'RU');
  INSERT INTO pbx_companies (tenant, home_prefix) VALUES ('old', '7');
  INSERT INTO pbx_numbers (number, tenant, kind, value) VALUES ('74950000001', 'old', 'group', 'sales')`;
const ACTOR = { by: 'token', who: 'test', whose: null, address: '' } as const;

/** One PostgreSQL with our migrations, and nothing else of the system. */
describe('who rings, by the rules and by what the edge asks', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'callscope-'));
  let end = async () => {};
  let postgres: Postgres<PostgresSchema>;
  /** as OpenSIPS signs in */
  let edge: pg.Client;
  const companies = new Map<string, { made: RandomCompany; pbx: Pbx }>();

  beforeAll(async () => {
    const { spec, url, create } = postgresServer(dataDir, await freePort());
    const server = spawn(spec.command, spec.args, { cwd: '/', env: spec.env, stdio: 'ignore' });
    const exited = new Promise((done) => server.once('exit', done));
    end = async () => {
      server.kill(spec.stopSignal);
      await exited;
    };
    await until('PostgreSQL answers', async () => (await create().catch(() => false)) !== false);
    edge = new pg.Client({ connectionString: url });
    await edge.connect();
    for (const migration of migrationsOf('postgres')) {
      if (migration.id === '0050_pbx_routes') await edge.query(OF_BEFORE);
      await edge.query(migration.sql);
    }
    postgres = connectPostgres<PostgresSchema>(url, 'test', log);
    for (let seed = 1; seed <= COMPANIES; seed++) await makeCompany(seed);
    await edge.query('SET ROLE opensips; SET search_path = edge');
  });
  afterAll(async () => {
    await edge?.end();
    await postgres?.close();
    await end();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function makeCompany(seed: number): Promise<void> {
    const made = randomCompany(seed);
    const tenant = `t${seed}`;
    const scope = { tenant } as TenantScope;
    await edge.query("INSERT INTO tenants (id, name, domain, timezone, locale, country) VALUES ($1, $1, $2, $3, 'ru', 'RU')", [
      tenant,
      `${tenant}.test`,
      made.zone,
    ]);
    await edge.query("INSERT INTO company_settings (tenant, valid_from, timezone, body) VALUES ($1, 'epoch', $2, $3)", [
      ...[tenant, made.zone, JSON.stringify({ workingHours: made.hours })],
    ]);
    expect(await putPbx(postgres.db, scope, ACTOR, made.form)).toBe(true);
    for (const { account, hoursAgo, today } of made.answered)
      await edge.query(
        `INSERT INTO pbx_answered VALUES ($1, $2, date_trunc('second', now()) - $3 * interval '1 hour', (now() AT TIME ZONE $4)::date - $5::integer, $6)`,
        [tenant, account, hoursAgo, made.zone, today === 0 ? 1 : 0, today + 1],
      );
    const read = await pbxOf(postgres.db, scope);
    if (read) companies.set(tenant, { made, pbx: read.pbx });
  }

  it('a number of a company of before has one rule, which leads where it led', async () => {
    expect((await edge.query("SELECT kind, value, shown, code, rule FROM route('74950000001', '79160000000')")).rows).toEqual([
      { kind: 'group', value: 'sales', shown: 'company', code: 0, rule: 0 },
    ]);
  });

  it('for thousands of random companies, callers and moments the same rule decides, and the same destination', async () => {
    const kinds = new Map<string, number>();
    for (const [tenant, { made, pbx }] of companies) {
      const calls = randomCalls(made, Number(tenant.slice(1)), CALLS);
      const { rows } = await edge.query(
        `SELECT r.* FROM unnest($1::text[], $2::text[], $3::timestamptz[]) WITH ORDINALITY c (called, caller, at, i)
         CROSS JOIN LATERAL route(c.called, c.caller, c.at) r ORDER BY c.i`,
        [calls.map((c) => c.number), calls.map((c) => c.caller), calls.map((c) => new Date(c.at).toISOString())],
      );
      expect(rows.length).toBe(calls.length);
      calls.forEach((call, i) => {
        const { to, why } = decide(pbx, call);
        const told = {
          rule: why.by === 'rule' ? why.rule : -1,
          code: to.kind === 'reject' ? to.code : 0,
          value: to.kind === 'reject' ? '' : to.value,
          shown: to.kind === 'outside' ? to.shown : 'company',
        };
        const { rule, code, value, shown } = rows[i];
        expect({ rule, code, value, shown }, `${tenant}, ${JSON.stringify({ ...call, at: new Date(call.at) })}`).toEqual(told);
        const seen = why.by === 'rule' ? `${to.kind} by rule ${why.rule}` : why.by;
        kinds.set(seen, (kinds.get(seen) ?? 0) + 1);
      });
    }
    // what was compared is of every kind
    const compared = ['extension by rule 0', 'group by rule 1', 'outside by rule 2', 'reject by rule 3', 'extension by rule 4'];
    for (const kind of [...compared, 'black', 'white']) expect(kinds.get(kind), kind).toBeGreaterThan(10);
  });

  it('for every number that can be dialled the same phones ring in the same order, as long, and the same follows', async () => {
    let compared = 0;
    for (const [tenant, { made, pbx }] of companies) {
      const { shortNumbers, groups } = made.form;
      const dialled = [...shortNumbers.map((s) => s.number), '600', '601', '602', '999', '79160000001', '+79160000002', '12'];
      const steps = shortNumbers.flatMap((s) => [...s.follow, s].map((_, i) => `${s.number}/${i + 1}`));
      const asked = [
        ...[...dialled, ...steps].map((value) => ['dialled', value] as const),
        ...shortNumbers.map((s) => ['extension', s.number] as const),
        ...groups.map((g) => ['group', g.id] as const),
        ...[['extension', 'nobody'] as const, ['group', 'nobody'] as const, ['outside', '79160000009'] as const],
      ];
      const { rows } = await edge.query(
        `SELECT r.* FROM unnest($2::text[], $3::text[]) WITH ORDINALITY a (kind, value, i)
         CROSS JOIN LATERAL reach($1, a.kind, a.value) r ORDER BY a.i`,
        [tenant, asked.map(([kind]) => kind), asked.map(([, value]) => value)],
      );
      expect(rows.length).toBe(asked.length);
      asked.forEach(([kind, value], i) => {
        const stage = stageOf(pbx, kind, value);
        const { record: _, ...row } = rows[i];
        expect(row, `${tenant}: ${kind} ${value}`).toEqual({
          targets: stage.targets.map((account) => `${account}@${tenant}.test`).join(','),
          in_turn: Number(stage.inTurn),
          ring_seconds: stage.ringSeconds,
          outside: stage.outside,
          on_busy: stage.next.busy,
          on_no_answer: stage.next.noAnswer,
          on_unreachable: stage.next.unreachable,
          code: stage.code,
          reason: stage.reason,
        });
        compared++;
      });
    }
    expect(compared).toBeGreaterThan(4_000);
  });
});
