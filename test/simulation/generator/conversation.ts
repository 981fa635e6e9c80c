import { eventsOf } from './edge-events.ts';
import { packetsOf } from './edge-packets.ts';
import { ONE_DIALOG } from './one-dialog.ts';
import { endOf, type Stage } from './parts.ts';
import type { Conversation, Message } from './plan.ts';
import { mixed, Random } from './random.ts';
import { SERVICES } from './services.ts';
import { TRANSFERS } from './transfers.ts';

export const KINDS = { ...ONE_DIALOG, ...TRANSFERS, ...SERVICES };

/** A new INVITE of the referred party to the target within this belongs to the REFER (contract: /calls). */
const REFER_US = 10_000_000;
/** clocks of two hops */
const SLACK_US = 1_500_000;

/** Plans one conversation. The same kind, seed and stage give the same one. */
export function converse(kind: string, seed: number, stage: Stage): Conversation {
  const play = KINDS[kind];
  if (!play) throw new RangeError(`there is no kind "${kind}"`);
  const { dialogs, expected, security = [], modes = ['packets', 'events', 'both'], referAt } = play(stage, new Random(seed));
  const endAt = Math.max(...dialogs.map(endOf));
  return {
    ...{ kind, seed, dialogs, expected, security, modes },
    ...{ startAt: stage.startAt, endAt, boundUntil: referAt === undefined ? endAt : Math.max(endAt, referAt + REFER_US + SLACK_US) },
  };
}

/** Everything that the edge would send of it, in order of its happening. */
export function messagesOf(conversation: Conversation): Message[] {
  const r = new Random(mixed(conversation.seed, 7));
  return conversation.dialogs
    .flatMap((plan) => [...(plan.told === 'events' ? [] : packetsOf(plan, r)), ...(plan.told === 'packets' ? [] : eventsOf(plan, r))])
    .sort((a, b) => a.at - b.at);
}
