import type { Transaction } from 'kysely';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { type Caller, callerOfPerson } from './callers.ts';
import { standingOf } from './reach.ts';
import { type Holder, holderOf, readOnly } from './rights.ts';

/** One of the operator's people looks at a company as one of its people: sees what they see, and changes nothing. */
export interface View {
  tenant: string;
  login: string;
  role: Holder;
  employee: string | null;
  until: Date;
}

/** Why a view ended, as the audit says it. */
type End = 'returned' | 'signed out' | 'over' | 'person blocked' | 'person deleted' | 'right lost';

interface ViewRow {
  id: string;
  view_as: string | null;
  view_tenant: string | null;
  view_login: string | null;
  view_until: Date | null;
}

/**
 * What the session's view gives; null when there is none. One that is over, or that nothing stands behind any more, ends here.
 * @param own what the person may by themselves
 */
export async function viewOf(
  trx: Transaction<PostgresSchema>,
  row: ViewRow,
  own: Caller,
  now: number,
): Promise<{ view: View; caller: Caller } | null> {
  const { view_until: until, view_tenant: tenant } = row;
  if (until === null || tenant === null) return null;
  const person = await trx
    .selectFrom('users')
    .select(['id', 'login', 'role', 'tenant', 'employee', 'groups', 'only_projects', 'blocked_at'])
    .where('id', '=', row.view_as ?? '0')
    .where('tenant', '=', tenant)
    .executeTakeFirst();
  const role = person ? holderOf(tenant, person.role) : null;
  const end: End | null =
    until.getTime() <= now
      ? 'over'
      : !person
        ? 'person deleted'
        : person.blocked_at !== null
          ? 'person blocked'
          : role === null || own.rights['people:view'] !== 'every'
            ? 'right lost'
            : null;
  if (!person || role === null || end !== null) {
    await endView(trx, row.id, own, end ?? 'person deleted');
    return null;
  }
  const { login, employee } = person;
  const theirs = callerOfPerson(person, await standingOf(trx, { ...person, role }), own.address);
  const caller: Caller = { ...theirs, id: own.id, name: own.name, rights: readOnly(theirs.rights), isViewing: true };
  return { view: { tenant, login, role, employee, until }, caller };
}

/** Requests that find the same view over at once end it once. */
export async function endView(trx: Transaction<PostgresSchema>, sessionId: string, caller: Caller, why: End): Promise<void> {
  const was = await trx
    .selectFrom('sessions')
    .select(['view_tenant', 'view_login'])
    .where('id', '=', sessionId)
    .where('view_until', 'is not', null)
    .forUpdate()
    .executeTakeFirst();
  if (!was) return;
  await trx
    .updateTable('sessions')
    .set({ view_as: null, view_tenant: null, view_login: null, view_until: null })
    .where('id', '=', sessionId)
    .execute();
  const deed = { actor: actorOf(caller), act: 'support.view-end', subject: was.view_login ?? '', after: { why } } as const;
  await noteAct(trx, was.view_tenant, deed);
}
