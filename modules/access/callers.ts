import { isCompanyId, type OperatorScope, type TenantScope } from '@callscope/core/domain/tenant.ts';

/** What a credential of a company may do. */
export const TOKEN_SCOPES = [
  'calls:read',
  'directory:read',
  'recordings:listen',
  'cases:write',
  'calls:control',
  'directory:write',
  'recordings:write',
  'users:write',
  'tokens:write',
] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];
export const READ_ONLY: readonly TokenScope[] = ['calls:read', 'directory:read', 'recordings:listen'];

/** Words for the usual sets: `read` and `write` in a request mean these. */
export const SCOPE_SETS: Record<'read' | 'write', readonly TokenScope[]> = { read: READ_ONLY, write: TOKEN_SCOPES };

export const ROLES = ['admin', 'supervisor', 'quality', 'marketing', 'finance', 'observer', 'employee'] as const;
export type Role = (typeof ROLES)[number];

export type ActorKind = 'token' | 'person' | 'system';
/** Who stands behind a request: a token by its name, a person who signed in by their login, or a service of ours. */
export interface Named {
  by: ActorKind;
  /** of the token or the person, as they are kept; '' for a service */
  id: string;
  name: string;
  /** that the request came from; '' for a service */
  address: string;
}
export type Caller =
  | ({ kind: 'operator' } & Named)
  | ({
      kind: 'company';
      tenant: string;
      scopes: readonly TokenScope[];
      /** set: sees only calls of this employee; '' = an employee nobody named, who sees none */
      onlyEmployee?: string;
    } & Named & { by: 'token' | 'person' });

/** What a person of a company may do. Until rights are data, a role is this. */
export function scopesOf(role: Role): readonly TokenScope[] {
  if (role === 'admin') return TOKEN_SCOPES;
  if (role === 'supervisor') return [...READ_ONLY, 'cases:write', 'calls:control'];
  if (WORKS_ON_CALLS.includes(role)) return [...READ_ONLY, 'cases:write'];
  return READ_ONLY.filter((scope) => scope !== 'recordings:listen');
}
/** Roles that work on missed calls and hear recordings (an employee: of their own calls); the others see figures and calls. */
const WORKS_ON_CALLS: readonly Role[] = ['quality', 'employee'];

/** The right to one company's data: the operator's to any, a company's to its own with the scope. Null = not allowed. */
export function tenantScope(caller: Caller, tenant: string, needs: TokenScope): TenantScope | null {
  if (caller.kind === 'operator') return { tenant } as TenantScope;
  // calls of no company are the operator's alone, also for a company that was once given their word as its id
  if (caller.tenant !== tenant || !isCompanyId(tenant) || !caller.scopes.includes(needs)) return null;
  return { tenant, ...(caller.onlyEmployee === undefined ? {} : { onlyEmployee: caller.onlyEmployee }) } as TenantScope;
}

/** A service of ours, which acts for the operator. */
export const ownService = (name: string): Caller => ({ kind: 'operator', by: 'system', id: '', name, address: '' });

export function operatorScope(caller: Caller): OperatorScope | null {
  return caller.kind === 'operator' ? ({ operator: true } as OperatorScope) : null;
}
