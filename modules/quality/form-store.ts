import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { type FormBody, formBodySchema, MOST_FORMS } from './forms.ts';
import { DEFAULT_APPEAL_DAYS } from './rules.ts';

export interface ScoreForm {
  id: string;
  version: number;
  isArchived: boolean;
  body: FormBody;
  madeBy: string;
  madeAt: Date;
}

type Trx = Transaction<PostgresSchema>;
const newest = (trx: Trx, tenant: string) =>
  trx
    .selectFrom('quality_forms as f')
    .innerJoin('quality_form_versions as v', (j) =>
      j.onRef('v.tenant', '=', 'f.tenant').onRef('v.form', '=', 'f.id').onRef('v.version', '=', 'f.version'),
    )
    .select(['f.id', 'f.version', 'f.archived_at', 'v.body', 'v.made_by', 'v.made_at'])
    .where('f.tenant', '=', tenant);

/** The newest version of each, those in use first, then by name. */
export async function listForms(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<ScoreForm[]> {
  const rows = await asTenant(db, tenant, (trx) => newest(trx, tenant).execute());
  return rows
    .map(formOf)
    .sort(
      (a, b) => Number(a.isArchived) - Number(b.isArchived) || a.body.name.localeCompare(b.body.name, 'ru') || Number(a.id) - Number(b.id),
    );
}

/** @param version undefined: the newest */
export async function findForm(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  id: string,
  version?: number,
): Promise<ScoreForm | null> {
  return asTenant(db, tenant, async (trx) => {
    const row = await newest(trx, tenant).where('f.id', '=', id).executeTakeFirst();
    if (!row) return null;
    if (version === undefined || version === row.version) return formOf(row);
    const older = await trx
      .selectFrom('quality_form_versions')
      .select(['version', 'body', 'made_by', 'made_at'])
      .where('tenant', '=', tenant)
      .where('form', '=', id)
      .where('version', '=', version)
      .executeTakeFirst();
    return older ? formOf({ ...row, ...older }) : null;
  });
}

/** `many`: there are as many as may be; `unknown`: no such form */
export type FormFault = 'many' | 'unknown';

export function addForm(db: Kysely<PostgresSchema>, { tenant }: TenantScope, actor: Actor, body: FormBody): Promise<ScoreForm | FormFault> {
  return asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    const { n } = await trx
      .selectFrom('quality_forms')
      .select((eb) => eb.fn.countAll<string>().as('n'))
      .where('tenant', '=', tenant)
      .executeTakeFirstOrThrow();
    if (Number(n) >= MOST_FORMS) return 'many';
    const { id } = await trx.insertInto('quality_forms').values({ tenant }).returning('id').executeTakeFirstOrThrow();
    await addVersion(trx, tenant, actor, id, 1, body);
    await noteAct(trx, tenant, { actor, act: 'quality.form', subject: body.name, after: { version: 1, ...told(body) } });
    return formOf(await newest(trx, tenant).where('f.id', '=', id).executeTakeFirstOrThrow());
  });
}

/** Other words or marks are a new version; the same again changes nothing. Reviews keep the version that they were made with. */
export function changeForm(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  id: string,
  { body, isArchived }: { body?: FormBody | undefined; isArchived?: boolean | undefined },
): Promise<ScoreForm | FormFault> {
  return asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    const was = await newest(trx, tenant).where('f.id', '=', id).executeTakeFirst();
    if (!was) return 'unknown';
    if (body !== undefined && canonical(body) !== canonical(was.body)) {
      const version = was.version + 1;
      await addVersion(trx, tenant, actor, id, version, body);
      await trx.updateTable('quality_forms').set({ version }).where('tenant', '=', tenant).where('id', '=', id).execute();
      const before = { version: was.version, ...told(was.body) };
      await noteAct(trx, tenant, { actor, act: 'quality.form', subject: body.name, before, after: { version, ...told(body) } });
    }
    if (isArchived !== undefined && isArchived !== (was.archived_at !== null)) {
      await trx
        .updateTable('quality_forms')
        .set({ archived_at: isArchived ? new Date() : null })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute();
      await noteAct(trx, tenant, { actor, act: 'quality.form', subject: (body ?? was.body).name, after: { archived: isArchived } });
    }
    return formOf(await newest(trx, tenant).where('f.id', '=', id).executeTakeFirstOrThrow());
  });
}

export async function appealDays(trx: Trx, tenant: string): Promise<number> {
  const row = await trx.selectFrom('quality_settings').select('appeal_days').where('tenant', '=', tenant).executeTakeFirst();
  return row?.appeal_days ?? DEFAULT_APPEAL_DAYS;
}

export function qualitySettings(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<{ appealDays: number }> {
  return asTenant(db, tenant, async (trx) => ({ appealDays: await appealDays(trx, tenant) }));
}

/** For reviews that are shown from now on. */
export function putQualitySettings(db: Kysely<PostgresSchema>, { tenant }: TenantScope, actor: Actor, days: number): Promise<void> {
  return asTenant(db, tenant, async (trx) => {
    const before = await appealDays(trx, tenant);
    if (before === days) return;
    await trx
      .insertInto('quality_settings')
      .values({ tenant, appeal_days: days })
      .onConflict((c) => c.column('tenant').doUpdateSet({ appeal_days: days }))
      .execute();
    await noteAct(trx, tenant, {
      actor,
      act: 'quality.settings',
      subject: '',
      before: { appealDays: before },
      after: { appealDays: days },
    });
  });
}

async function addVersion(trx: Trx, tenant: string, { who }: Actor, form: string, version: number, body: FormBody): Promise<void> {
  await trx
    .insertInto('quality_form_versions')
    .values({ tenant, form, version, body: JSON.stringify(body), made_by: who })
    .execute();
}

/** One after the other, so that two who save at once do not both make the same version. */
async function inTurn(trx: Trx, tenant: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('quality_forms'), hashtext(${tenant}))`.execute(trx);
}

/** jsonb keeps no order of keys. */
const canonical = (body: FormBody) => JSON.stringify(formBodySchema.parse(body));
const told = ({ name, groups }: FormBody) => ({ name, questions: groups.reduce((n, { questions }) => n + questions.length, 0) });

interface Row {
  id: string;
  version: number;
  archived_at: Date | null;
  body: FormBody;
  made_by: string;
  made_at: Date;
}
function formOf({ id, version, archived_at, body, made_by, made_at }: Row): ScoreForm {
  return { id, version, isArchived: archived_at !== null, body: formBodySchema.parse(body), madeBy: made_by, madeAt: made_at };
}
