import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { type Caller, callerOfPerson } from './callers.ts';
import { isLetIn, outsideOf } from './outside.ts';
import { standingOf } from './reach.ts';
import { type Holder, holderOf } from './rights.ts';
import { hashOf, newToken } from './tickets.ts';
import { endView, type View, viewOf } from './views.ts';

/** A device is signed out so long after it signed in, however much it is used: a stolen session ends. */
export const SESSION_DAYS = 30;
const SESSION_MS = SESSION_DAYS * 86_400_000;
/** And after so long without use: a device that was given away. */
export const IDLE_DAYS = 14;
const IDLE_MS = IDLE_DAYS * 86_400_000;
/** The session's time is moved at most this often. */
const TOUCH_MS = 10 * 60_000;
/** A token is good for this long, then the browser gets another for the same session. */
export const ROTATE_MS = 24 * 3_600_000;
/** Requests under way when the token changed come with the old one. */
const OVERLAP_MS = 60_000;

/** Somebody who signed in. */
export interface Session {
  id: string;
  userId: string;
  login: string;
  role: Holder;
  /** null: one of the operator's people */
  tenant: string | null;
  employee: string | null;
  hasSecondFactor: boolean;
  /** their company wants a second factor of this role and they have none: nothing else is open to them */
  mustEnrol: boolean;
  /** whom they look at a company as; the caller is then that person's, read only. Whatever else stands here is their own. */
  view: View | null;
  caller: Caller;
}

export interface Device {
  userAgent: string;
  address: string;
}

/** A session as its owner sees it. */
export interface OwnDevice {
  id: string;
  userAgent: string;
  address: string;
  createdAt: Date;
  lastSeenAt: Date;
}

/** @returns the session's token for the cookie */
export async function beginSession(
  trx: Transaction<PostgresSchema>,
  user: { id: string; tenant: string | null },
  device: Device,
  now: number,
): Promise<string> {
  const token = newToken();
  const isOver = sql<boolean>`expires_at < ${new Date(now)} OR last_seen_at < ${new Date(now - IDLE_MS)}`;
  await trx.deleteFrom('sessions').where(isOver).execute();
  await trx
    .insertInto('sessions')
    .values({
      hash: hashOf(token),
      user_id: user.id,
      tenant: user.tenant,
      rotated_at: new Date(now),
      last_seen_at: new Date(now),
      expires_at: new Date(now + SESSION_MS),
      user_agent: device.userAgent.slice(0, 300),
      address: device.address.slice(0, 60),
    })
    .execute();
  return token;
}

/**
 * Whose session a cookie's token names; null when it is unknown, over or revoked. A token from before the last change is good
 * until a minute has passed and the browser has shown the new one: an answer that got lost signs nobody out.
 * @param address that the request came from
 * @returns fresh: the token that the browser must be given, when it changed
 */
export function sessionOf(
  db: Kysely<PostgresSchema>,
  token: string,
  address: string,
  now: number,
): Promise<{ session: Session; fresh: string | null } | null> {
  if (token.length > 100) return Promise.resolve(null);
  const hash = hashOf(token);
  return asOperator(db, async (trx) => {
    const row = await trx
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .leftJoin('sign_in_rules', 'sign_in_rules.tenant', 'users.tenant')
      .select(['sessions.id', 'sessions.hash', 'sessions.previous_hash', 'sessions.rotated_at', 'sessions.last_seen_at'])
      .select(['users.id as user_id', 'users.login', 'users.role', 'users.tenant', 'users.employee', 'users.groups', 'users.totp_secret'])
      .select(['users.only_projects', isLetIn.as('let_in')])
      .select('sign_in_rules.second_factor_roles')
      .select(['sessions.view_as', 'sessions.view_tenant', 'sessions.view_login', 'sessions.view_until'])
      .where((e) => e.or([e('sessions.hash', '=', hash), e('sessions.previous_hash', '=', hash)]))
      .where('sessions.expires_at', '>', new Date(now))
      .where('sessions.last_seen_at', '>', new Date(now - IDLE_MS))
      .where('users.blocked_at', 'is', null)
      .executeTakeFirst();
    if (!row) return null;
    const age = now - row.rotated_at.getTime();
    const isCurrent = row.hash.equals(hash);
    let fresh: string | null = null;
    if (isCurrent ? age > ROTATE_MS : age > OVERLAP_MS) fresh = await rotate(trx, row.id, hash, now);
    else if (isCurrent && row.previous_hash !== null && age > OVERLAP_MS)
      await trx.updateTable('sessions').set({ previous_hash: null }).where('id', '=', row.id).execute();
    if (now - row.last_seen_at.getTime() > TOUCH_MS)
      await trx
        .updateTable('sessions')
        .set({ last_seen_at: new Date(now), address: address.slice(0, 60) })
        .where('id', '=', row.id)
        .execute();
    const { login, tenant, employee } = row;
    const role = holderOf(tenant, row.role);
    if (role === null) return null;
    const hasSecondFactor = row.totp_secret !== null;
    const person = { ...row, id: row.user_id, role };
    const outside = row.let_in ? await outsideOf(trx, { id: row.user_id, hasSecondFactor }) : [];
    const own = callerOfPerson(person, await standingOf(trx, person), address, outside);
    const viewed = await viewOf(trx, row, own, now);
    const session: Session = {
      id: row.id,
      userId: row.user_id,
      login,
      role,
      tenant,
      employee,
      hasSecondFactor,
      mustEnrol: !hasSecondFactor && (row.second_factor_roles ?? []).includes(row.role),
      view: viewed?.view ?? null,
      caller: viewed?.caller ?? own,
    };
    return { session, fresh };
  });
}

/** @param shown hash of the token that the browser has now: good until it shows the new one */
async function rotate(trx: Transaction<PostgresSchema>, id: string, shown: Buffer, now: number): Promise<string> {
  const token = newToken();
  await trx
    .updateTable('sessions')
    .set({ hash: hashOf(token), previous_hash: shown, rotated_at: new Date(now) })
    .where('id', '=', id)
    .execute();
  return token;
}

/** A new token for the session of whoever changed what they may or how they sign in; the old one is good for nothing. */
export async function renewSession(trx: Transaction<PostgresSchema>, session: Session, now: number): Promise<string> {
  const token = newToken();
  await trx
    .updateTable('sessions')
    .set({ hash: hashOf(token), previous_hash: null, rotated_at: new Date(now) })
    .where('id', '=', session.id)
    .execute();
  return token;
}

/** A person as they stand now, by their id; null when they are there no more, or blocked. */
export async function personCaller(db: Kysely<PostgresSchema>, id: string, address: string): Promise<Caller | null> {
  return asOperator(db, async (trx) => {
    const row = await trx
      .selectFrom('users')
      .select(['id', 'login', 'role', 'tenant', 'employee', 'groups', 'only_projects', 'totp_secret', isLetIn.as('let_in')])
      .where('id', '=', id)
      .where('blocked_at', 'is', null)
      .executeTakeFirst();
    const role = row ? holderOf(row.tenant, row.role) : null;
    if (!row || !role) return null;
    const outside = row.let_in ? await outsideOf(trx, { id, hasSecondFactor: row.totp_secret !== null }) : [];
    return callerOfPerson(row, await standingOf(trx, { ...row, role }), address, outside);
  });
}

/** Devices that a person is signed in on, the latest used first. */
export async function ownDevices(db: Kysely<PostgresSchema>, session: Session): Promise<OwnDevice[]> {
  const rows = await asOperator(db, (trx) =>
    trx
      .selectFrom('sessions')
      .select(['id', 'user_agent', 'address', 'created_at', 'last_seen_at'])
      .where('user_id', '=', session.userId)
      .where('expires_at', '>', new Date())
      .where('last_seen_at', '>', new Date(Date.now() - IDLE_MS))
      .orderBy('last_seen_at', 'desc')
      .limit(100)
      .execute(),
  );
  return rows.map((r) => ({ id: r.id, userAgent: r.user_agent, address: r.address, createdAt: r.created_at, lastSeenAt: r.last_seen_at }));
}

/** Ends own sessions: one by its id, or all but this one. A browser signed out so is a stranger again. @returns how many ended */
export function endSessions(db: Kysely<PostgresSchema>, session: Session, which: { id: string } | 'others'): Promise<number> {
  return asOperator(db, async (trx) => {
    const ended = await trx
      .deleteFrom('sessions')
      .where('user_id', '=', session.userId)
      .where('id', which === 'others' ? '!=' : '=', which === 'others' ? session.id : which.id)
      .returning('id')
      .execute();
    if (ended.length > 0) await noteSignOut(trx, session, ended.length);
    return ended.length;
  });
}

export async function signOut(db: Kysely<PostgresSchema>, session: Session): Promise<void> {
  await asOperator(db, async (trx) => {
    if (session.view) await endView(trx, session.id, session.caller, 'signed out');
    await trx.deleteFrom('sessions').where('id', '=', session.id).execute();
    await noteSignOut(trx, session, 1);
  });
}

function noteSignOut(trx: Transaction<PostgresSchema>, session: Session, devices: number): Promise<void> {
  const actor = { by: 'person', who: session.login, whose: session.tenant, address: session.caller.address } as const;
  return noteAct(trx, session.tenant, { actor, act: 'person.sign-out', subject: session.login, after: { devices } });
}

/**
 * What a session gives now, for what lasts longer than a request; null when it is over or revoked, or the view that it had. Changes
 * nothing: neither the session's time nor its token.
 */
export async function callerStill(db: Kysely<PostgresSchema>, session: Session, now: number): Promise<Caller | null> {
  const row = await asOperator(db, (trx) =>
    trx.selectFrom('sessions').select('view_until').where('id', '=', session.id).where('expires_at', '>', new Date(now)).executeTakeFirst(),
  );
  if (!row) return null;
  const { view, caller } = session;
  if (!view) return personCaller(db, session.userId, caller.address);
  return row.view_until?.getTime() === view.until.getTime() && view.until.getTime() > now ? caller : null;
}
