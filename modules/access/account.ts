import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { hashPassword, isPassword } from './passwords.ts';
import { renewSession, type Session } from './sessions.ts';

/** What a person sees of themselves. */
export async function ownAccount(db: Kysely<PostgresSchema>, session: Session): Promise<{ email: string | null; company: string | null }> {
  const row = await asOperator(db, (trx) =>
    trx
      .selectFrom('users')
      .leftJoin('tenants', 'tenants.id', 'users.tenant')
      .select(['users.email', 'tenants.name'])
      .where('users.id', '=', session.userId)
      .executeTakeFirst(),
  );
  return { email: row?.email ?? null, company: row?.name ?? null };
}

/** Whether whoever sits at the open browser also knows the password. @throws SignInBusy */
export async function isOwnPassword(db: Kysely<PostgresSchema>, session: Session, password: string): Promise<boolean> {
  const user = await asOperator(db, (trx) =>
    trx.selectFrom('users').select('password_hash').where('id', '=', session.userId).executeTakeFirst(),
  );
  return isPassword(user?.password_hash ?? null, password);
}

/**
 * Changes the own password by the one there is: other devices are signed out, this one's token changes.
 * @returns the new token; null: the present password is wrong. @throws SignInBusy
 */
export async function changePassword(
  db: Kysely<PostgresSchema>,
  session: Session,
  present: string,
  next: string,
  now: number,
): Promise<string | null> {
  if (!(await isOwnPassword(db, session, present))) return null;
  const password_hash = await hashPassword(next);
  return asOperator(db, async (trx) => {
    await trx
      .updateTable('users')
      .set({ password_hash, updated_at: new Date(now) })
      .where('id', '=', session.userId)
      .execute();
    await trx.deleteFrom('sessions').where('user_id', '=', session.userId).where('id', '!=', session.id).execute();
    // a link that somebody else asked for is good for nothing any more
    await trx.deleteFrom('tickets').where('user_id', '=', session.userId).execute();
    await noteAct(trx, session.tenant, {
      actor: actorOf(session),
      act: 'person.password',
      subject: session.login,
      after: { by: 'themselves' },
    });
    return renewSession(trx, session, now);
  });
}

/** Where recovery is sent; null: nowhere. Asks for the password, since whoever reads that mail can set another. @returns false: the password is wrong. @throws SignInBusy */
export async function changeEmail(db: Kysely<PostgresSchema>, session: Session, password: string, email: string | null): Promise<boolean> {
  const user = await asOperator(db, (trx) =>
    trx.selectFrom('users').select(['password_hash', 'email']).where('id', '=', session.userId).executeTakeFirst(),
  );
  if (!(await isPassword(user?.password_hash ?? null, password))) return false;
  await asOperator(db, async (trx) => {
    await trx.updateTable('users').set({ email, updated_at: sql`now()` }).where('id', '=', session.userId).execute();
    const before = { email: user?.email ?? null };
    await noteAct(trx, session.tenant, { actor: actorOf(session), act: 'person.change', subject: session.login, before, after: { email } });
  });
  return true;
}

const actorOf = (session: Session) =>
  ({ by: 'person', who: session.login, whose: session.tenant, address: session.caller.address }) as const;
