import { UNASSIGNED } from './call.ts';
import type { Limits } from './reach.ts';

declare const minted: unique symbol;

/**
 * The right to read one company's data. Minted only by modules/access, after a credential was checked;
 * every reader of company data takes one, so that a query without a company cannot be written.
 */
export interface TenantScope {
  readonly tenant: string;
  /** set: only what is within it */
  readonly within?: Limits;
  /** may also know what was said */
  readonly hears?: true;
  /** may also know what calls cost */
  readonly costs?: true;
  readonly [minted]: true;
}

/** The right to see all companies and the operator's own pages. Minted only by modules/access. */
export interface OperatorScope {
  readonly operator: true;
  readonly [minted]: true;
}

/** Company ids: what the edge sends as `tenant`; also safe in a bus subject and in a file name. */
export const TENANT_ID = /^[a-z0-9][a-z0-9_-]{0,62}$/i;

/** `unassigned`, however it is written, stands for no company: it is nobody's id. */
export function isCompanyId(id: string): boolean {
  return TENANT_ID.test(id) && id.toLowerCase() !== UNASSIGNED;
}

/** Domain of the operator's own people on the sign-in page; no company may have it. */
export const OPERATOR_DOMAIN = 'operator';
