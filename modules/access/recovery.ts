import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { hashPassword } from './passwords.ts';
import type { Device } from './sessions.ts';
import { issueTicket, readTicket, useTicket } from './tickets.ts';

/** A link of a mail is good for this long, once. */
export const RECOVERY_MINUTES = 60;
/** One address may stand at several companies' people. */
const MOST_PEOPLE = 5;

export interface Recovered {
  login: string;
  /** empty: one of the operator's people */
  company: string;
  locale: string;
  /** of the link; null: an administrator of a company, whose password only support restores (L-24) */
  token: string | null;
}

/** Everybody who is reached by this e-mail, each with a token of their own; nobody when it is unknown. */
export async function beginRecovery(db: Kysely<PostgresSchema>, email: string, device: Device, now: number): Promise<Recovered[]> {
  const people = await asOperator(db, (trx) =>
    trx
      .selectFrom('users')
      .leftJoin('tenants', 'tenants.id', 'users.tenant')
      .select(['users.id', 'users.tenant', 'users.login', 'users.role', 'tenants.name', 'tenants.locale'])
      .where(sql`lower(users.email)`, '=', email.replaceAll('\0', '').trim().toLowerCase())
      .where('users.blocked_at', 'is', null)
      .limit(MOST_PEOPLE)
      .execute(),
  );
  const recovered: Recovered[] = [];
  for (const { id, tenant, login, role, name, locale } of people) {
    // the operator's own people, kept as `admin` too, have nobody above them to ask
    const isAdmin = role === 'admin' && tenant !== null;
    const token = isAdmin ? null : await issueTicket(db, 'recovery', { userId: id, tenant, data: {} }, now, RECOVERY_MINUTES * 60_000);
    const actor = { by: 'person', who: login, whose: tenant, address: device.address } as const;
    await asOperator(db, (trx) => noteAct(trx, tenant, { actor, act: 'person.recovery', subject: login, after: { sent: !isAdmin } }));
    recovered.push({ login, company: name ?? '', locale: locale ?? 'ru', token });
  }
  return recovered;
}

/** Whether a link is still good, without using it. */
export function isRecoveryOpen(db: Kysely<PostgresSchema>, token: string, now: number): Promise<boolean> {
  return asOperator(db, async (trx) => (await readTicket(trx, 'recovery', token, now)) !== null);
}

/**
 * Sets the password that the link is for and ends all sessions of that person; a second factor stays as it is.
 * @returns false: the link is unknown, used or over. @throws SignInBusy
 */
export async function recover(db: Kysely<PostgresSchema>, token: string, password: string, device: Device, now: number): Promise<boolean> {
  if (!(await isRecoveryOpen(db, token, now))) return false;
  const password_hash = await hashPassword(password);
  return asOperator(db, async (trx) => {
    const ticket = await useTicket(trx, 'recovery', token, now);
    if (!ticket?.userId) return false;
    const user = await trx
      .updateTable('users')
      .set({ password_hash, updated_at: new Date(now) })
      .where('id', '=', ticket.userId)
      .where('blocked_at', 'is', null)
      .returning(['login', 'tenant'])
      .executeTakeFirst();
    if (!user) return false;
    await trx.deleteFrom('sessions').where('user_id', '=', ticket.userId).execute();
    const actor = { by: 'person', who: user.login, whose: user.tenant, address: device.address } as const;
    await noteAct(trx, user.tenant, { actor, act: 'person.password', subject: user.login, after: { by: 'link of a mail' } });
    return true;
  });
}
