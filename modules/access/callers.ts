import { NOTHING, reaches, type Within } from '@callscope/core/domain/reach.ts';
import { isCompanyId, type OperatorScope, type TenantScope } from '@callscope/core/domain/tenant.ts';
import { type CompanyRight, GRANTS, type Grants, type OperatorRight, type Reach, RIGHTS, type Right, type Standing } from './rights.ts';

export type ActorKind = 'token' | 'person' | 'system';
/** Who stands behind a request: a token by its name, a person who signed in by their login, or a service of ours. */
export interface Caller {
  by: ActorKind;
  /** of the token or the person, as they are kept; '' for a service */
  id: string;
  name: string;
  /** that the request came from; '' for a service */
  address: string;
  /** their company; null: the operator's */
  tenant: string | null;
  rights: Grants;
  /** what rights that do not reach all of the company reach; nothing: nobody named anything, who sees nothing */
  within: Within;
  /** other companies that let them look */
  outside: readonly Outside[];
  /** one of the operator's people, who looks as somebody of this company: id and name are their own, the rest is that person's */
  isViewing?: true;
}

/** Somebody of another company in the company `tenant`, which let them in. */
export interface Outside extends Standing {
  tenant: string;
  name: string;
}

/** What a page of one company may ask for: rights to its data, and the right to look at it as one of its people. */
export type PageRight = CompanyRight | 'people:view';

/** The right to one company's data, as far as it reaches: the operator's to any, others' to their own and to what they were let into. Null = not allowed. */
export function tenantScope(caller: Caller, tenant: string, needs: PageRight): TenantScope | null {
  const there = standingIn(caller, tenant);
  const reach = there?.rights[needs];
  if (!there || reach === undefined) return null;
  const beside = {
    ...(there.rights['recordings:listen'] === undefined ? {} : { hears: true }),
    ...(there.rights['finance:read'] === undefined ? {} : { costs: true }),
  };
  if (caller.tenant === null) return reach === 'every' ? ({ tenant, ...beside } as TenantScope) : null;
  return { tenant, ...beside, ...(reach === 'company' ? {} : { within: there.within }) } as TenantScope;
}

/** The part of what a right reaches that belongs to these groups. @param employees who is in them */
export function withinGroups(
  { tenant, within, hears, costs }: TenantScope,
  groups: readonly string[],
  employees: readonly string[],
): TenantScope {
  const own = (kind: 'groups' | 'employees', ids: readonly string[]) => ids.filter((id) => reaches(within, kind, id));
  return {
    tenant,
    hears,
    costs,
    within: { groups: own('groups', groups), employees: own('employees', employees), numbers: [] },
  } as unknown as TenantScope;
}

/** What the caller is in a company; null: nobody. */
function standingIn(caller: Caller, tenant: string): Standing | null {
  if (caller.tenant === null) return caller;
  // calls of no company are the operator's alone, also for a company that was once given their word as its id
  if (!isCompanyId(tenant)) return null;
  return caller.tenant === tenant ? caller : (caller.outside.find((o) => o.tenant === tenant) ?? null);
}

export function operatorScope(caller: Caller, needs: OperatorRight): OperatorScope | null {
  return caller.tenant === null && caller.rights[needs] === 'every' ? ({ operator: true } as OperatorScope) : null;
}

/** Whether the company is there for the caller at all. What is refused in it is a right that they lack; elsewhere there is nothing. */
export function isWithin(caller: Caller, tenant: string): boolean {
  return standingIn(caller, tenant) !== null;
}

/** How far a right reaches in a company; null: they do not have it. */
export function reachOf(caller: Caller, tenant: string, right: PageRight): Reach | null {
  return standingIn(caller, tenant)?.rights[right] ?? null;
}

/** What the caller may in a company, in the order of the table: for what is shown to them there. */
export function rightsOf(caller: Caller, tenant: string): Right[] {
  const there = standingIn(caller, tenant);
  return RIGHTS.filter((right) => there?.rights[right] !== undefined);
}

/** A person by their row, with what they may in their company. @param address that the request came from */
export function callerOfPerson(
  person: { id: string; login: string; tenant: string | null },
  { rights, within }: Standing,
  address: string,
  outside: readonly Outside[] = [],
): Caller {
  const { id, login: name, tenant } = person;
  return { by: 'person', id, name, address, tenant, rights, within, outside };
}

/** A service of ours, which acts for the operator. */
export const ownService = (name: string): Caller => ({
  by: 'system',
  id: '',
  name,
  address: '',
  tenant: null,
  rights: GRANTS.operator,
  within: NOTHING,
  outside: [],
});
