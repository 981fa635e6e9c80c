import { asOperator } from '@callscope/core/node/postgres.ts';
import type { Kysely } from 'kysely';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import type { Device, Session } from './sessions.ts';
import { admit, askForCode, type SignInResult } from './sign-in.ts';

/** An account of another service: who it is there (OpenID Connect Core, 2: `sub` is unique within its issuer and never given anew). */
export interface OtherAccount {
  provider: string;
  subject: string;
  /** as that service names it, for the person */
  name: string;
}

export async function linkedAccounts(db: Kysely<PostgresSchema>, session: Session): Promise<{ provider: string; name: string }[]> {
  return asOperator(db, (trx) =>
    trx.selectFrom('linked_accounts').select(['provider', 'name']).where('user_id', '=', session.userId).execute(),
  );
}

/** @returns false: it signs in as somebody else, or this person has another one of that service */
export function linkAccount(db: Kysely<PostgresSchema>, session: Session, account: OtherAccount): Promise<boolean> {
  return asOperator(db, async (trx) => {
    const made = await trx
      .insertInto('linked_accounts')
      .values({ ...account, name: account.name.slice(0, 200), user_id: session.userId, tenant: session.tenant })
      .onConflict((c) => c.doNothing())
      .executeTakeFirst();
    if (made.numInsertedOrUpdatedRows === 0n) return false;
    const after = { provider: account.provider, name: account.name };
    await noteAct(trx, session.tenant, { actor: actorOf(session), act: 'person.link', subject: session.login, after });
    return true;
  });
}

export async function unlinkAccount(db: Kysely<PostgresSchema>, session: Session, provider: string): Promise<void> {
  await asOperator(db, async (trx) => {
    const gone = await trx
      .deleteFrom('linked_accounts')
      .where('user_id', '=', session.userId)
      .where('provider', '=', provider)
      .returning('name')
      .executeTakeFirst();
    if (gone)
      await noteAct(trx, session.tenant, {
        actor: actorOf(session),
        act: 'person.unlink',
        subject: session.login,
        before: { provider, name: gone.name },
      });
  });
}

/**
 * Signs in whoever the account is linked to; their second factor is asked for all the same.
 * @returns kind wrong: it is linked to nobody, or they are blocked
 */
export async function signInLinked(
  db: Kysely<PostgresSchema>,
  account: OtherAccount,
  device: Device,
  mark: string | undefined,
  now: number,
): Promise<SignInResult> {
  const user = await asOperator(db, (trx) =>
    trx
      .selectFrom('linked_accounts')
      .innerJoin('users', 'users.id', 'linked_accounts.user_id')
      .select(['users.id', 'users.tenant', 'users.login', 'users.totp_secret'])
      .where('provider', '=', account.provider)
      .where('subject', '=', account.subject)
      .where('users.blocked_at', 'is', null)
      .executeTakeFirst(),
  );
  if (!user) return { kind: 'wrong' };
  if (user.totp_secret !== null) return askForCode(db, user, now);
  return asOperator(db, (trx) => admit(trx, user, device, mark, now, account.provider));
}

const actorOf = (session: Session) =>
  ({ by: 'person', who: session.login, whose: session.tenant, address: session.caller.address }) as const;
