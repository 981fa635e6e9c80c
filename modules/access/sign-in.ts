import { OPERATOR_DOMAIN } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Act } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { type Attempts, beginTrial, networkOf, stateOf } from './attempts.ts';
import type { FactorSecrets } from './factor-secrets.ts';
import { hasRoom, isPassword, SignInBusy } from './passwords.ts';
import { isSecondFactor } from './second-factor.ts';
import { beginSession, type Device } from './sessions.ts';
import { hashOf, issueTicket, newToken, readTicket, tryTicket, useTicket } from './tickets.ts';

/** Between password and code. */
const CODE_MS = 5 * 60_000;
const MOST_CODES = 5;
/** A browser is known for this long after its last sign-in. */
export const KNOWN_DAYS = 180;

export interface SignInForm {
  domain: string;
  login: string;
  password: string;
}

export type SignInResult =
  /** both for cookies: of the session, and the mark by which this browser is known next time */
  | { kind: 'in'; token: string; mark: string }
  /** the password was right, a code is asked for; the ticket is for a cookie */
  | { kind: 'code'; ticket: string }
  | { kind: 'wrong' }
  /** too many were wrong before: nothing was checked */
  | { kind: 'locked' };

interface Known {
  id: string;
  tenant: string | null;
  login: string;
}

/** PostgreSQL takes no NUL; nobody has one in their name. */
const plain = (text: string) => text.replaceAll('\0', '\ufffd').trim().toLowerCase();

/**
 * Whether a trial would be refused whatever its password, as far as that is known without asking any database: a flood must
 * cost next to nothing. A browser with a mark is asked for in full, it may be a known one.
 */
export function refusalOf(
  attempts: Attempts,
  form: SignInForm,
  address: string,
  mark: string | undefined,
  now: number,
): 'locked' | 'busy' | null {
  if (mark !== undefined) return null;
  const state = stateOf(attempts, accountOf(form), address, now);
  if (state === 'locked') return 'locked';
  return state === 'suspect' && !hasRoom({ source: networkOf(address), suspect: true }) ? 'busy' : null;
}

const accountOf = (form: SignInForm) => `${plain(form.domain)} ${plain(form.login)}`;

/**
 * Checks domain, login and password. One answer for whatever is wrong, after the same time; a known and an unknown name are
 * locked alike.
 * @param mark of this browser, from its cookie
 * @throws SignInBusy
 */
export async function signIn(
  db: Kysely<PostgresSchema>,
  attempts: Attempts,
  form: SignInForm,
  device: Device,
  mark: string | undefined,
  now: number,
): Promise<SignInResult> {
  const domain = plain(form.domain);
  const login = plain(form.login);
  const markHash = mark === undefined ? null : hashOf(mark.slice(0, 100));
  const { user, company, known } = await asOperator(db, async (trx) => {
    const found = await trx
      .selectFrom('users')
      .leftJoin('tenants', 'tenants.id', 'users.tenant')
      .select(['users.id', 'users.tenant', 'users.login', 'users.password_hash', 'users.totp_secret', 'users.blocked_at'])
      .where(sql`lower(users.login)`, '=', login)
      .where((e) => (domain === OPERATOR_DOMAIN ? e('users.tenant', 'is', null) : e('tenants.domain', '=', domain)))
      .executeTakeFirst();
    const named = await trx.selectFrom('tenants').select('id').where('domain', '=', domain).executeTakeFirst();
    const device = await trx
      .selectFrom('known_devices')
      .select('hash')
      .where('hash', '=', markHash ?? Buffer.alloc(0))
      .where('user_id', '=', found?.id ?? '0')
      .executeTakeFirst();
    return { user: found, company: named?.id ?? null, known: device !== undefined };
  });
  const trial = beginTrial(attempts, accountOf(form), known && markHash ? markHash.toString('hex') : null, device.address, now);
  if (trial.refused) return { kind: 'locked' };
  let right: boolean;
  try {
    right = await isPassword(user?.password_hash ?? null, form.password, { source: networkOf(device.address), suspect: trial.suspect });
  } catch (error) {
    if (error instanceof SignInBusy) trial.undone();
    throw error;
  }
  if (!right || !user || user.blocked_at !== null) {
    // of unknown names too: a line more or less would be measurable
    await asOperator(db, (trx) =>
      note(trx, { tenant: user?.tenant ?? company, login: login.slice(0, 64) }, device, 'person.sign-in-refused', {
        domain: domain.slice(0, 100),
      }),
    );
    return { kind: 'wrong' };
  }
  if (user.totp_secret !== null) {
    trial.succeeded();
    return askForCode(db, user, now);
  }
  trial.succeeded();
  return asOperator(db, (trx) => admit(trx, user, device, mark, now, 'password'));
}

/** What opens the second step. */
export async function askForCode(
  db: Kysely<PostgresSchema>,
  user: { id: string; tenant: string | null },
  now: number,
): Promise<{ kind: 'code'; ticket: string }> {
  return { kind: 'code', ticket: await issueTicket(db, 'sign-in', { userId: user.id, tenant: user.tenant, data: {} }, now, CODE_MS) };
}

/**
 * The second step: a code of the authenticator, or a recovery code. Null: the first step is over, begin anew.
 * @throws KeysMissing when the master key of the secrets is not there
 */
export async function signInWithCode(
  db: Kysely<PostgresSchema>,
  attempts: Attempts,
  secrets: FactorSecrets,
  ticket: string,
  code: string,
  device: Device,
  mark: string | undefined,
  now: number,
): Promise<SignInResult | null> {
  return asOperator(db, async (trx) => {
    const first = await readTicket(trx, 'sign-in', ticket, now);
    if (!first?.userId || !(await tryTicket(trx, 'sign-in', ticket, MOST_CODES, now))) return null;
    // whoever has the password gets ever new tickets: the person's codes are counted as well
    if (!attempts.take(`code ${first.userId}`, 2 * MOST_CODES, now)) return { kind: 'locked' };
    const user = await trx
      .selectFrom('users')
      .select(['id', 'tenant', 'login', 'blocked_at'])
      .where('id', '=', first.userId)
      .executeTakeFirst();
    if (!user || user.blocked_at !== null) return null;
    const how = await isSecondFactor(trx, secrets, user.id, code, now);
    if (how === null) {
      await note(trx, user, device, 'person.sign-in-refused', { wrong: 'code' });
      return { kind: 'wrong' };
    }
    if (!(await useTicket(trx, 'sign-in', ticket, now))) return null;
    attempts.clear(`code ${first.userId}`);
    return admit(trx, user, device, mark, now, how);
  });
}

/** Begins a session and makes the browser a known one. @param how they proved who they are, for the audit */
export async function admit(
  trx: Transaction<PostgresSchema>,
  user: Known,
  device: Device,
  former: string | undefined,
  now: number,
  how: string,
): Promise<{ kind: 'in'; token: string; mark: string }> {
  const token = await beginSession(trx, user, device, now);
  await trx
    .deleteFrom('known_devices')
    .where('seen_at', '<', new Date(now - KNOWN_DAYS * 86_400_000))
    .execute();
  // colleagues at one browser share its mark; one that we did not give is not taken
  const shared = await trx
    .selectFrom('known_devices')
    .select('hash')
    .where('hash', '=', hashOf((former ?? '').slice(0, 100)))
    .executeTakeFirst();
  const mark = former !== undefined && shared ? former : newToken();
  await trx
    .insertInto('known_devices')
    .values({ hash: hashOf(mark), user_id: user.id, tenant: user.tenant, seen_at: new Date(now) })
    .onConflict((c) => c.columns(['hash', 'user_id']).doUpdateSet({ seen_at: new Date(now) }))
    .execute();
  await note(trx, user, device, 'person.sign-in', { how, userAgent: device.userAgent.slice(0, 300) });
  return { kind: 'in', token, mark };
}

function note(
  trx: Transaction<PostgresSchema>,
  { tenant, login }: { tenant: string | null; login: string },
  device: Device,
  act: Act,
  after: object,
): Promise<void> {
  return noteAct(trx, tenant, { actor: { by: 'person', who: login, whose: tenant, address: device.address }, act, subject: login, after });
}
