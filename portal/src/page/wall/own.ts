import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { withinGroups } from '@callscope/modules/access/callers.ts';
import { membersOf } from '@callscope/modules/access/reach.ts';
import { DEFAULT_THRESHOLDS } from '@callscope/modules/boards/rules.ts';
import { deps } from '@callscope/portal/deps.ts';
import { choiceFromQuery } from '../live/lines.ts';
import type { Shown } from './load.ts';

/**
 * The wall of whoever signed in: all that they see, or the groups that its address names. A board of its own kind, which nobody
 * made: coloured as boards are that nobody recoloured, with the numbers that its reader sees everywhere else.
 */
export async function ownWall({ url }: { url: URL }, whole: TenantScope): Promise<Shown> {
  const { groups } = choiceFromQuery(url.searchParams);
  const scope = groups.length === 0 ? whole : withinGroups(whole, groups, await membersOf(deps().db, whole, groups));
  return {
    board: { id: null, name: null, groups: [...groups], numbers: 'whole', theme: 'dark', thresholds: DEFAULT_THRESHOLDS },
    scope,
    whole,
  };
}
