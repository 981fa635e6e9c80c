import { randomBytes } from 'node:crypto';
import { asOperator } from '@callscope/core/node/postgres.ts';
import type { Kysely, Transaction } from 'kysely';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { isOwnPassword } from './account.ts';
import type { FactorSecrets } from './factor-secrets.ts';
import { renewSession, type Session } from './sessions.ts';
import { hashOf } from './tickets.ts';
import { base32, stepOfCode } from './totp.ts';

const RECOVERY_CODES = 10;

/** As typed: spaces, dashes and case do not matter. */
const bare = (code: string) => code.replace(/[\s-]/g, '').toUpperCase().slice(0, 40);
const DIGITS = /^\d{6}$/;
const newRecoveryCode = () => (base32(randomBytes(10)).match(/.{4}/g) ?? []).join('-');

/** Takes a code of the authenticator or a recovery code, each once. @returns which it was; null: neither. @throws KeysMissing for a code of the authenticator */
export async function isSecondFactor(
  trx: Transaction<PostgresSchema>,
  secrets: FactorSecrets,
  userId: string,
  typed: string,
  now: number,
): Promise<'code' | 'recovery code' | null> {
  const code = bare(typed);
  const user = await trx.selectFrom('users').select(['totp_secret', 'totp_step']).where('id', '=', userId).forUpdate().executeTakeFirst();
  if (!user?.totp_secret) return null;
  // whoever has recovery codes gets in also when the secrets cannot be opened
  if (DIGITS.test(code)) {
    const step = stepOfCode(await secrets.open(userId, user.totp_secret), code, now, Number(user.totp_step));
    if (step === null) return null;
    await trx.updateTable('users').set({ totp_step: step }).where('id', '=', userId).execute();
    return 'code';
  }
  const used = await trx
    .deleteFrom('recovery_codes')
    .where('hash', '=', hashOf(bare(code)))
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return used.numDeletedRows > 0n ? 'recovery code' : null;
}

export interface Changed {
  /** for the cookie: other devices were signed out, and this one's token changed */
  token: string;
}

/** What turns a second factor on: the secret that the authenticator was given, its code, and the person's password. */
export interface Enrolment {
  secret: string;
  code: string;
  password: string;
}

/**
 * Turns the second factor on when the code shows that the authenticator has the secret. Asks for the password: whoever found a
 * browser open must not shut its owner out.
 * @returns recovery codes, for the only time, or what was wrong. @throws SignInBusy, KeysMissing
 */
export async function enrol(
  db: Kysely<PostgresSchema>,
  secrets: FactorSecrets,
  session: Session,
  { secret, code, password }: Enrolment,
  now: number,
): Promise<(Changed & { recoveryCodes: string[] }) | 'password' | 'code'> {
  const step = stepOfCode(secret, bare(code), now, 0);
  if (step === null) return 'code';
  if (!(await isOwnPassword(db, session, password))) return 'password';
  const totp_secret = await secrets.seal(session.userId, secret);
  return asOperator(db, async (trx) => {
    const set = await trx
      .updateTable('users')
      .set({ totp_secret, totp_step: step })
      .where('id', '=', session.userId)
      .where('totp_secret', 'is', null)
      .executeTakeFirst();
    if (set.numUpdatedRows === 0n) return 'code';
    const recoveryCodes = await newCodes(trx, session);
    return { recoveryCodes, token: await changed(trx, session, true, now) };
  });
}

/** What a second factor is turned off by, and recovery codes are made anew: both what the person knows and what they have. */
export interface Proof {
  password: string;
  /** of the authenticator, or a recovery code */
  code: string;
}

/** @returns what was wrong, or what is changed. @throws SignInBusy, KeysMissing */
export async function removeSecondFactor(
  db: Kysely<PostgresSchema>,
  secrets: FactorSecrets,
  session: Session,
  { password, code }: Proof,
  now: number,
): Promise<Changed | 'password' | 'code'> {
  // before the code, which is good once: a slip in the password must not use it up
  if (!(await isOwnPassword(db, session, password))) return 'password';
  return asOperator(db, async (trx) => {
    if ((await isSecondFactor(trx, secrets, session.userId, code, now)) === null) return 'code';
    await dropSecondFactor(trx, session.userId);
    return { token: await changed(trx, session, false, now) };
  });
}

/** For whoever lost device and codes: without it, the next sign-in asks for none. */
export async function dropSecondFactor(trx: Transaction<PostgresSchema>, userId: string): Promise<void> {
  await trx.updateTable('users').set({ totp_secret: null, totp_step: 0 }).where('id', '=', userId).execute();
  await trx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
}

/** New recovery codes for old ones. @returns what was wrong, or the codes, for the only time. @throws SignInBusy, KeysMissing */
export async function renewRecoveryCodes(
  db: Kysely<PostgresSchema>,
  secrets: FactorSecrets,
  session: Session,
  { password, code }: Proof,
  now: number,
): Promise<string[] | 'password' | 'code'> {
  if (!(await isOwnPassword(db, session, password))) return 'password';
  return asOperator(db, async (trx) => {
    if ((await isSecondFactor(trx, secrets, session.userId, code, now)) === null) return 'code';
    await noteFactor(trx, session, { on: true }, { on: true, recoveryCodes: 'new' });
    return newCodes(trx, session);
  });
}

export async function recoveryCodesLeft(db: Kysely<PostgresSchema>, session: Session): Promise<number> {
  const rows = await asOperator(db, (trx) =>
    trx.selectFrom('recovery_codes').select('hash').where('user_id', '=', session.userId).execute(),
  );
  return rows.length;
}

async function newCodes(trx: Transaction<PostgresSchema>, session: Session): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  await trx.deleteFrom('recovery_codes').where('user_id', '=', session.userId).execute();
  await trx
    .insertInto('recovery_codes')
    .values(codes.map((code) => ({ hash: hashOf(bare(code)), user_id: session.userId, tenant: session.tenant })))
    .execute();
  return codes;
}

async function changed(trx: Transaction<PostgresSchema>, session: Session, on: boolean, now: number): Promise<string> {
  await trx.deleteFrom('sessions').where('user_id', '=', session.userId).where('id', '!=', session.id).execute();
  await noteFactor(trx, session, { on: !on }, { on });
  return renewSession(trx, session, now);
}

function noteFactor(trx: Transaction<PostgresSchema>, session: Session, before: object, after: object): Promise<void> {
  const actor = { by: 'person', who: session.login, whose: session.tenant, address: session.caller.address } as const;
  return noteAct(trx, session.tenant, { actor, act: 'person.second-factor', subject: session.login, before, after });
}
