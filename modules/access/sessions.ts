import { createHash, randomBytes } from 'node:crypto';
import { OPERATOR_DOMAIN } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { type Caller, type Named, type Role, scopesOf } from './callers.ts';
import { isPassword } from './passwords.ts';

/** A device that is not used for this long is signed out; a wall screen reads all the time and stays. */
export const SESSION_DAYS = 30;
const SESSION_MS = SESSION_DAYS * 86_400_000;
/** The session's time is moved at most this often. */
const TOUCH_MS = 10 * 60_000;

/** Somebody who signed in. */
export interface Session {
  login: string;
  role: Role;
  /** null: one of the operator's people */
  tenant: string | null;
  employee: string | null;
  caller: Caller;
}

export interface Device {
  userAgent: string;
  address: string;
}

const hashOf = (token: string) => createHash('sha256').update(token).digest();

/**
 * Checks domain, login and password. One answer for whatever is wrong, after the same time.
 * @returns the session's token for the cookie, or null. @throws SignInBusy
 */
export async function signIn(
  db: Kysely<PostgresSchema>,
  form: { domain: string; login: string; password: string },
  device: Device,
  now: number,
): Promise<string | null> {
  // PostgreSQL takes no NUL; nobody has one in their name
  const plain = (text: string) => text.replaceAll('\0', '\ufffd').trim().toLowerCase();
  const domain = plain(form.domain);
  const login = plain(form.login);
  const user = await asOperator(db, (trx) =>
    trx
      .selectFrom('users')
      .leftJoin('tenants', 'tenants.id', 'users.tenant')
      .select(['users.id', 'users.tenant', 'users.password_hash'])
      .where(sql`lower(users.login)`, '=', login)
      .where((e) => (domain === OPERATOR_DOMAIN ? e('users.tenant', 'is', null) : e('tenants.domain', '=', domain)))
      .executeTakeFirst(),
  );
  if (!(await isPassword(user?.password_hash ?? null, form.password)) || !user) return null;
  const token = randomBytes(32).toString('base64url');
  await asOperator(db, async (trx) => {
    await trx.deleteFrom('sessions').where('expires_at', '<', new Date(now)).execute();
    await trx
      .insertInto('sessions')
      .values({
        hash: hashOf(token),
        user_id: user.id,
        tenant: user.tenant,
        expires_at: new Date(now + SESSION_MS),
        user_agent: device.userAgent.slice(0, 300),
        address: device.address.slice(0, 60),
      })
      .execute();
  });
  return token;
}

/**
 * Whose session a cookie's token names; null when it is unknown, over or revoked.
 * @param address that the request came from
 */
export async function sessionOf(db: Kysely<PostgresSchema>, token: string, address: string, now: number): Promise<Session | null> {
  if (token.length > 100) return null;
  return asOperator(db, async (trx) => {
    const row = await trx
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select(['sessions.hash', 'sessions.last_seen_at', 'users.id', 'users.login', 'users.role', 'users.tenant', 'users.employee'])
      .where('sessions.hash', '=', hashOf(token))
      .where('sessions.expires_at', '>', new Date(now))
      .executeTakeFirst();
    if (!row) return null;
    if (now - row.last_seen_at.getTime() > TOUCH_MS)
      await trx
        .updateTable('sessions')
        .set({ last_seen_at: new Date(now), expires_at: new Date(now + SESSION_MS) })
        .where('hash', '=', row.hash)
        .execute();
    const { login, role, tenant, employee } = row;
    return { login, role, tenant, employee, caller: callerAs({ by: 'person', id: row.id, name: login, address }, role, tenant, employee) };
  });
}

/** A person as they stand now, by their id; null when they are there no more. */
export async function personCaller(db: Kysely<PostgresSchema>, id: string, address: string): Promise<Caller | null> {
  const row = await asOperator(db, (trx) =>
    trx.selectFrom('users').select(['login', 'role', 'tenant', 'employee']).where('id', '=', id).executeTakeFirst(),
  );
  return row ? callerAs({ by: 'person', id, name: row.login, address }, row.role, row.tenant, row.employee) : null;
}

function callerAs(named: Named & { by: 'person' }, role: Role, tenant: string | null, employee: string | null): Caller {
  if (tenant === null) return { kind: 'operator', ...named };
  const own = role === 'employee' ? { onlyEmployee: employee ?? '' } : {};
  return { kind: 'company', tenant, scopes: scopesOf(role), ...named, ...own };
}

export async function signOut(db: Kysely<PostgresSchema>, token: string): Promise<void> {
  await asOperator(db, (trx) => trx.deleteFrom('sessions').where('hash', '=', hashOf(token)).execute());
}
