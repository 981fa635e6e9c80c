import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { MasterKeys } from '@callscope/core/node/objects/master-keys.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';

/** What a company says of its transcripts. */
export const transcriptionChoice = z.strictObject({
  on: z.boolean().describe('whether new recordings are written down; what is written stays when it is switched off'),
  language: z
    .string()
    .regex(/^([a-z]{2})?$/)
    .describe("of the talks, ISO 639-1; '' = the service finds out"),
  minSeconds: z.int().min(0).max(3_600).describe('shorter recordings are left out'),
});
export type TranscriptionChoice = z.output<typeof transcriptionChoice>;

/** The service, which the operator names: it is asked from inside, and is given what was said. */
export const transcriptionService = z.strictObject({
  address: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .refine((address) => !/[?#]|\/\/[^/]*@/.test(address), 'without a user, a query and #')
    .transform((address) => address.replace(/\/+$/, ''))
    .describe('of a service that speaks as OpenAI does, up to and with /v1: {address}/audio/transcriptions is asked'),
  model: z.string().trim().min(1).max(100).describe('as the service calls it: whisper-1'),
  key: z.string().trim().max(500).optional().describe("sent as Bearer; '' = none; left out: as it was"),
});
export type TranscriptionService = z.output<typeof transcriptionService>;

/** As pages and REST show it: the key is never shown. */
export interface Transcription extends TranscriptionChoice {
  /** '' = the operator has named none: nothing can be switched on */
  address: string;
  model: string;
  hasKey: boolean;
  /** what is wrong with the service now, '' = nothing */
  fault: string;
  waiting: number;
  ready: number;
  failed: number;
}

const USUAL: TranscriptionChoice = { on: false, language: 'ru', minSeconds: 5 };
export const keyContext = (tenant: string) => `key of the speech service of company ${tenant}`;

export async function transcriptionOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<Transcription> {
  return asTenant(db, tenant, async (trx) => {
    const row = await trx.selectFrom('transcription').selectAll().where('tenant', '=', tenant).executeTakeFirst();
    const counts = await trx
      .selectFrom('transcripts')
      .select(['status', sql<string>`count(*)`.as('n')])
      .where('tenant', '=', tenant)
      .groupBy('status')
      .execute();
    const count = (status: string) => Number(counts.find((c) => c.status === status)?.n ?? 0);
    return {
      on: row?.is_on ?? USUAL.on,
      language: row?.language ?? USUAL.language,
      minSeconds: row?.min_seconds ?? USUAL.minSeconds,
      address: row?.address ?? '',
      model: row?.model ?? '',
      hasKey: row?.key_master != null,
      fault: row?.fault ?? '',
      ...{ waiting: count('waiting'), ready: count('ready'), failed: count('failed') },
    };
  });
}

/** Whether a company has its recordings written down, or had some. */
export async function hasTranscripts(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<boolean> {
  const row = await asTenant(db, tenant, (trx) =>
    trx.selectFrom('transcription').select('address').where('tenant', '=', tenant).where('address', '!=', '').executeTakeFirst(),
  );
  return row !== undefined;
}

/** @returns false: there is no service to switch on */
export async function chooseTranscription(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  { on, language, minSeconds }: TranscriptionChoice,
): Promise<boolean> {
  return asTenant(db, tenant, async (trx) => {
    const before = await trx.selectFrom('transcription').selectAll().where('tenant', '=', tenant).forUpdate().executeTakeFirst();
    if (on && (before?.address ?? '') === '') return false;
    const chosen = { is_on: on, language, min_seconds: minSeconds };
    await trx
      .insertInto('transcription')
      .values({ tenant, address: '', model: '', key_master: null, key_wrapped: null, ...chosen })
      .onConflict((c) => c.column('tenant').doUpdateSet({ ...chosen, updated_at: sql`now()` }))
      .execute();
    const was = before && { on: before.is_on, language: before.language, minSeconds: before.min_seconds };
    await noteAct(trx, tenant, { actor, act: 'transcript.choice', subject: '', before: was, after: { on, language, minSeconds } });
    return true;
  });
}

/** Names the service, and what waited for a better one goes on at once. @param keysPath RECORDING_KEYS_FILE @throws KeysMissing */
export async function nameService(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  { address, model, key }: TranscriptionService,
  keysPath: string,
): Promise<void> {
  const wrapped = key ? (await MasterKeys.read(keysPath)).wrap(Buffer.from(key), keyContext(tenant)) : null;
  const secret = key === undefined ? {} : { key_master: wrapped?.master ?? null, key_wrapped: wrapped?.wrapped ?? null };
  await asTenant(db, tenant, async (trx) => {
    const before = await trx
      .selectFrom('transcription')
      .select(['address', 'model'])
      .where('tenant', '=', tenant)
      .forUpdate()
      .executeTakeFirst();
    // a key is for the service it was given for, and is told to no other
    const isMoved = before !== undefined && before.address !== address;
    const kept = isMoved && key === undefined ? { key_master: null, key_wrapped: null } : secret;
    await trx
      .insertInto('transcription')
      .values({
        ...{ tenant, address, model, is_on: USUAL.on, language: USUAL.language, min_seconds: USUAL.minSeconds },
        ...{ key_master: null, key_wrapped: null, ...kept },
      })
      .onConflict((c) =>
        c
          .column('tenant')
          .doUpdateSet({ address, model, ...kept, fault: '', paused_until: sql`'epoch'::timestamptz`, updated_at: sql`now()` }),
      )
      .execute();
    await noteAct(trx, tenant, {
      actor,
      act: 'transcript.service',
      subject: address,
      before,
      after: { address, model, key: key === undefined ? (isMoved ? 'forgotten' : 'as it was') : key === '' ? 'none' : 'changed' },
    });
    await sql`NOTIFY transcripts`.execute(trx);
  });
}
