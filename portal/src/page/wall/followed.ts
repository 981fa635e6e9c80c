import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { type Board, followBoard } from '@callscope/modules/boards/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';

export interface Followed {
  board: Board;
  scope: TenantScope;
}

interface Asked {
  params: { token: string };
  getClientAddress(): string;
}

/** The board of this address and how far it reaches: every way into it begins here. @throws 410 when it shows nothing, now or any more */
export async function requireBoard(event: Asked): Promise<Followed> {
  return (await boardStill(event)) ?? error(410, 'this board is over');
}

/** null: it shows nothing any more. */
export function boardStill({ params, getClientAddress }: Asked): Promise<Followed | null> {
  return followBoard(deps().db, params.token, getClientAddress());
}

/** Whoever has the address must not find it in a referrer, a search engine or a cache. */
export const UNTOLD: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
};
