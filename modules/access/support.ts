import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { renewSession, type Session } from './sessions.ts';
import { endView } from './views.ts';

/** A view ends by itself after this long. */
export const VIEW_MINUTES = 30;
export const LEAST_REASON = 3;
export const MOST_REASON = 300;

/**
 * Begins to look as somebody of the company. Nobody looks through two people at once.
 * @param reason at least three characters: it stands in the company's audit
 * @returns the session's new token; null: no such person, or they are blocked
 */
export function beginView(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  session: Session,
  login: string,
  reason: string,
  now: number,
): Promise<string | null> {
  if (session.view || session.tenant !== null) throw new Error("a view is begun by the operator's people, as themselves");
  if (reason.length < LEAST_REASON || reason.length > MOST_REASON) throw new Error('a view has a reason');
  return asOperator(db, async (trx) => {
    const person = await trx
      .selectFrom('users')
      .select(['id', 'login', 'role'])
      .where('tenant', '=', scope.tenant)
      .where(sql`lower(login)`, '=', login.toLowerCase())
      .where('blocked_at', 'is', null)
      .executeTakeFirst();
    if (!person) return null;
    const until = new Date(now + VIEW_MINUTES * 60_000);
    await trx
      .updateTable('sessions')
      .set({ view_as: person.id, view_tenant: scope.tenant, view_login: person.login, view_until: until })
      .where('id', '=', session.id)
      .execute();
    const after = { reason, role: person.role, until };
    await noteAct(trx, scope.tenant, { actor: actorOf(session.caller), act: 'support.view-as', subject: person.login, after });
    return renewSession(trx, session, now);
  });
}

/** Back to oneself. @returns the session's new token */
export function leaveView(db: Kysely<PostgresSchema>, session: Session, now: number): Promise<string> {
  return asOperator(db, async (trx) => {
    await endView(trx, session.id, session.caller, 'returned');
    return renewSession(trx, session, now);
  });
}
