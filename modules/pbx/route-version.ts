import { createHash } from 'node:crypto';
import type { Rule } from './rules-route.ts';

/**
 * Names what a route was when somebody read it: another route has another name, so that a change of one that is no longer there
 * is noticed. @returns 16 hexadecimal digits
 */
export function routeVersion(rules: readonly Rule[], whiteList: readonly { pattern: string; comment: string }[]): string {
  return createHash('sha256')
    .update(JSON.stringify([rules, whiteList]))
    .digest('hex')
    .slice(0, 16);
}
