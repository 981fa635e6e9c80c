import { type Arranged, arrange } from '@callscope/modules/dashboards/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { CARD_IDS, type CardId, isCard } from '#page/dashboard/cards.ts';
import type { RequestHandler } from './$types';

/** Keeps how a person arranged their dashboard: the cards that they see, in order; the others are taken away. */
export const PUT: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const shown = cardsOf(await event.request.json().catch(() => null));
  if (shown === null) error(400, 'shown is a list of cards, each once');
  const hidden = CARD_IDS.filter((id) => !shown.includes(id));
  return kept(await keep(event, scope, { shown, hidden }));
};

/** Back to what the role has. */
export const DELETE: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  return kept(await keep(event, scope, null));
};

function keep(event: Parameters<RequestHandler>[0], scope: Parameters<typeof arrange>[1], arranged: Arranged | null): Promise<boolean> {
  return arrange(deps().db, scope, requireSession(event).caller, arranged);
}

function kept(done: boolean): Response {
  if (!done) error(409, 'who looks as somebody else arranges nothing');
  return new Response(null, { status: 204 });
}

function cardsOf(given: unknown): CardId[] | null {
  const shown = (given as { shown?: unknown } | null)?.shown;
  if (!Array.isArray(shown) || new Set(shown).size !== shown.length) return null;
  return shown.every((id): id is CardId => typeof id === 'string' && isCard(id)) ? shown : null;
}
