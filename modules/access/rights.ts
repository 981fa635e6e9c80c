import type { Within } from '@callscope/core/domain/reach.ts';

/**
 * Who may do what, and how far: the one table that routes, pages, tokens, the page «Права» and its documentation follow.
 * Pure, so that browsers may read it too. What is not in it nobody may.
 */

/** What is done in a company. A token is given these by name, as its scopes. */
export const COMPANY_RIGHTS = [
  'calls:read',
  'directory:read',
  'signalling:read',
  'recordings:listen',
  'recordings:begin',
  'cases:write',
  'calls:comment',
  'calls:tag',
  'marks:write',
  'ads:read',
  'ads:write',
  'finance:read',
  'quality:read',
  'quality:review',
  'quality:manage',
  'calls:control',
  'boards:write',
  'views:share',
  'directory:write',
  'recordings:write',
  'users:write',
  'tokens:write',
  'audit:read',
] as const;
export type CompanyRight = (typeof COMPANY_RIGHTS)[number];

/** What is done across companies: the operator's alone, and no token of a company has it. */
export const OPERATOR_RIGHTS = [
  'companies:read',
  'companies:write',
  'operations:read',
  'signalling:search',
  'trunks:write',
  'finance:write',
  'operators:write',
  'people:view',
] as const;
export type OperatorRight = (typeof OPERATOR_RIGHTS)[number];

export const RIGHTS = [...COMPANY_RIGHTS, ...OPERATOR_RIGHTS] as const;
export type Right = CompanyRight | OperatorRight;

/** Whose things a right is for: every company's, all of one company's, those of the person's projects or groups, or of the employee that the person is. */
export const REACHES = ['every', 'company', 'projects', 'groups', 'own'] as const;
export type Reach = (typeof REACHES)[number];

export type Grants = Readonly<Partial<Record<Right, Reach>>>;
/** Rights in a company, and what those that do not reach all of it reach. */
export interface Standing {
  rights: Grants;
  within: Within;
}

/** Roles that a company gives its people. */
export const ROLES = ['admin', 'group-admin', 'supervisor', 'quality', 'marketing', 'finance', 'observer', 'employee'] as const;
export type Role = (typeof ROLES)[number];
/** Roles of the operator's own people. */
export const OPERATOR_ROLES = ['operator', 'support'] as const;
export type OperatorRole = (typeof OPERATOR_ROLES)[number];
/** Roles whose people may be given projects instead of the whole company. */
export const PROJECT_ROLES: readonly Holder[] = ['supervisor', 'quality', 'marketing', 'observer', 'outside-observer'];
/** Whoever holds rights: everybody who signs in, and people of another company who are let in to look. */
export const HOLDERS = [...OPERATOR_ROLES, ...ROLES, 'outside-observer'] as const;
export type Holder = (typeof HOLDERS)[number];

/** As it is kept with a person: the operator's are `support`, or `admin`, who is `operator` in the table. */
export type StoredRole = Role | 'support';
export const storedRole = (role: OperatorRole): StoredRole => (role === 'support' ? 'support' : 'admin');
/** @param tenant the person's company; null: the operator's. @returns null: a role that there is not on that side, which may nothing */
export function holderOf(tenant: string | null, role: StoredRole): Holder | null {
  if (tenant === null) return role === 'support' ? 'support' : role === 'admin' ? 'operator' : null;
  return isRole(role) ? role : null;
}

const ALL_OF_COMPANY = granted(COMPANY_RIGHTS, 'company');
const FIGURES = granted(['calls:read', 'directory:read'], 'company');

export const GRANTS: Readonly<Record<Holder, Grants>> = {
  operator: granted(RIGHTS, 'every'),
  // looks, and neither changes anything nor hears what people said, except as one of a company's people, which its audit tells
  support: granted(
    ['calls:read', 'directory:read', 'signalling:read', 'companies:read', 'operations:read', 'signalling:search', 'people:view'],
    'every',
  ),
  admin: ALL_OF_COMPANY,
  'group-admin': granted(
    [
      'calls:read',
      'directory:read',
      'recordings:listen',
      'recordings:begin',
      'cases:write',
      'calls:comment',
      'calls:tag',
      'quality:read',
      'calls:control',
    ],
    'groups',
  ),
  supervisor: granted(
    [
      'calls:read',
      'directory:read',
      'recordings:listen',
      'recordings:begin',
      'cases:write',
      'calls:comment',
      'calls:tag',
      'marks:write',
      'ads:read',
      'quality:read',
      'quality:review',
      'quality:manage',
      'calls:control',
      'boards:write',
      'views:share',
    ],
    'company',
  ),
  quality: granted(
    ['calls:read', 'directory:read', 'recordings:listen', 'cases:write', 'calls:comment', 'calls:tag', 'quality:read', 'quality:review'],
    'company',
  ),
  // what advertising costs is told to who answers for it, and not to every observer; what brought a call is a tag on it
  marketing: { ...FIGURES, ...granted(['ads:read', 'ads:write', 'calls:tag'], 'company') },
  finance: { ...FIGURES, ...granted(['ads:read', 'finance:read'], 'company') },
  observer: FIGURES,
  'outside-observer': FIGURES,
  // of their own talks: to keep one that is worth it, and a card number off it, to end it, to call from their own phone; what the rule of
  // the company records they do not stop. They read how they were judged, and answer; tags, by which others find and judge calls, are others'
  employee: granted(
    [
      'calls:read',
      'directory:read',
      'recordings:listen',
      'recordings:begin',
      'cases:write',
      'calls:comment',
      'quality:read',
      'calls:control',
    ],
    'own',
  ),
};

/** What a token is given that names no scopes, and what `read` means. */
export const READ_RIGHTS: readonly CompanyRight[] = ['calls:read', 'directory:read', 'recordings:listen'];
/** Words for the usual sets: `read` and `write` in a request mean these. */
export const RIGHT_SETS: Record<'read' | 'write', readonly CompanyRight[]> = { read: READ_RIGHTS, write: COMPANY_RIGHTS };

export function granted(rights: readonly Right[], reach: Reach): Grants {
  return Object.fromEntries(rights.map((right) => [right, reach]));
}

/** Somebody's rights where they are given projects instead of the whole company. */
export function ofProjects(grants: Grants): Grants {
  return Object.fromEntries(Object.entries(grants).map(([right, reach]) => [right, reach === 'company' ? 'projects' : reach]));
}

/** What is left of somebody's rights to whoever looks as them. */
export function readOnly(grants: Grants): Grants {
  return Object.fromEntries(READ_RIGHTS.flatMap((right) => (grants[right] === undefined ? [] : [[right, grants[right]]])));
}

export function isCompanyRight(text: string): text is CompanyRight {
  return (COMPANY_RIGHTS as readonly string[]).includes(text);
}
export function isOperatorRole(text: string): text is OperatorRole {
  return (OPERATOR_ROLES as readonly string[]).includes(text);
}
export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
