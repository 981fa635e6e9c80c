import { isCompanyId, type OperatorScope, type TenantScope } from '@callscope/core/domain/tenant.ts';
import { type CompanyRight, GRANTS, type Grants, type Holder, type OperatorRight, RIGHTS, type Right } from './rights.ts';

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
  /** whose things rights with the reach `own` or `groups` are for: employees of the directory; none: nobody named one, who sees nothing */
  employees: readonly string[];
  /** one of the operator's people, who looks as somebody of this company: id and name are their own, the rest is that person's */
  isViewing?: true;
}

/** What a page of one company may ask for: rights to its data, and the right to look at it as one of its people. */
export type PageRight = CompanyRight | 'people:view';

/** The right to one company's data, as far as it reaches: the operator's to any, a company's to its own. Null = not allowed. */
export function tenantScope(caller: Caller, tenant: string, needs: PageRight): TenantScope | null {
  const reach = caller.rights[needs];
  if (reach === undefined) return null;
  if (caller.tenant === null) return reach === 'every' ? ({ tenant } as TenantScope) : null;
  // calls of no company are the operator's alone, also for a company that was once given their word as its id
  if (caller.tenant !== tenant || !isCompanyId(tenant)) return null;
  return { tenant, ...(reach === 'own' || reach === 'groups' ? { onlyEmployees: caller.employees } : {}) } as TenantScope;
}

export function operatorScope(caller: Caller, needs: OperatorRight): OperatorScope | null {
  return caller.tenant === null && caller.rights[needs] === 'every' ? ({ operator: true } as OperatorScope) : null;
}

/** Whether the company is there for the caller at all. What is refused in it is a right that they lack; elsewhere there is nothing. */
export function isWithin(caller: Caller, tenant: string): boolean {
  return caller.tenant === null || (caller.tenant === tenant && isCompanyId(tenant));
}

/** What the caller may in general, in the order of the table: for what is shown to them. */
export const rightsOf = (caller: Caller): Right[] => RIGHTS.filter((right) => caller.rights[right] !== undefined);

/** A person by their row, with what their role gives. @param employees within their reach @param address that the request came from */
export function callerOfPerson(
  person: { id: string; login: string; role: Holder; tenant: string | null },
  employees: readonly string[],
  address: string,
): Caller {
  const { id, login: name, role, tenant } = person;
  return { by: 'person', id, name, address, tenant, rights: GRANTS[role], employees };
}

/** A service of ours, which acts for the operator. */
export const ownService = (name: string): Caller => ({
  by: 'system',
  id: '',
  name,
  address: '',
  tenant: null,
  rights: GRANTS.operator,
  employees: [],
});
