import type { EventFact, Fact } from '@callscope/core/bus/facts.ts';
import type { Directories } from '@callscope/core/domain/directory.ts';
import { type CallDraft, foldCall } from './fold.ts';
import { joinDialogs } from './join.ts';
import type { ReadCall } from './reading.ts';

/** Whose view of a call: the caller's company or the only one's; `in`: that of the company that is called on the same edge. */
export type Side = '' | 'in';

/**
 * A call between two companies of one edge is two calls: outbound for the one, inbound for the other. Neither sees the
 * other's people. Known from events that name both, or from a dialled number that another company owns and whose phones
 * the edge rang itself; what went out to a carrier comes in again as a call of its own.
 */
export function sidesOf(call: ReadCall, directories: Directories): { side: Side; draft: CallDraft }[] {
  const told = toldSides(call);
  if (told) return told;
  const { draft } = call;
  const at = draft.startedAt / 1000;
  const dialled = userOf(draft.dialled);
  const owner = draft.direction === 'in' ? undefined : directories.tenantOfNumber(dialled, at);
  const caller = draft.edgeTenant || directories.tenantOfDomain(draft.fromHost);
  if (owner === undefined || caller === undefined || owner === caller) return [{ side: '', draft }];
  const isOwners = (target: string) => {
    const host = target.split('@')[1];
    if (host !== undefined) return directories.tenantOfDomain(host) === owner;
    return directories.isExtension(owner, target, at) || EXTENSION.test(target);
  };
  const theirs = draft.legs.filter((l) => isOwners(l.target));
  if (theirs.length === 0) return [{ side: '', draft }];
  return [
    { side: '', draft: { ...draft, edgeTenant: caller, direction: 'out', ...seenFromOutside(draft) } },
    {
      side: 'in',
      draft: {
        ...draft,
        ...{ edgeTenant: owner, direction: 'in', did: dialled, legs: theirs, recordRule: '', trunk: '' },
        fromUser: draft.shownNumber || draft.fromUser,
        shownNumber: '',
      },
    },
  ];
}

/** To the caller's company the other one is one number, whoever of it rang or answered. */
function seenFromOutside(draft: CallDraft): Pick<CallDraft, 'legs' | 'answeredBy'> {
  const { legs, answeredAt, dialled, sipCode } = draft;
  const rang = legs.some((l) => l.rang);
  const startedAt = Math.min(...legs.map((l) => l.startedAt));
  return { legs: [{ target: dialled, startedAt, rang, sipCode }], answeredBy: answeredAt > 0 ? dialled : '' };
}

/** Events of both companies under one Call-ID: each company's own, with the packets for what they leave out. */
function toldSides({ dialogs }: ReadCall): { side: Side; draft: CallDraft }[] | null {
  const [first, ...others] = dialogs;
  if (!first) return null;
  const tenants = tenantsOf(first.facts);
  if (tenants.length < 2) return null;
  const drafts = tenants.slice(0, 2).map((tenant) => {
    const own = first.facts.filter((f) => f.kind !== 'event' || isOf(f, tenant));
    const folded = foldCall(own, first.member.settle.lastEdgeAt);
    const mine = others.filter((d) => d.traces.tenants.size === 0 || d.traces.tenants.has(tenant));
    return folded.kind === 'call' ? joinDialogs([{ ...first, ...folded }, ...mine]).draft : null;
  });
  const called = drafts.find((d) => d?.direction === 'in');
  const calling = drafts.find((d) => d !== called);
  if (!called || !calling) return null;
  const legs = called.legs.filter((l) => l.target !== called.dialled);
  return [
    { side: '', draft: { ...calling, ...seenFromOutside({ ...calling, legs: calling.legs.length > 0 ? calling.legs : called.legs }) } },
    { side: 'in', draft: { ...called, legs } },
  ];
}

/** What packets name a phone by; a carrier is sent whole numbers. */
const EXTENSION = /^\d{1,6}$/;

const userOf = (target: string) => target.split('@')[0] ?? '';

const isOf = (event: EventFact, tenant: string) => (event.params.tenant ?? tenant) === tenant;

/** Companies that events name, in the order in which they are first named. */
function tenantsOf(facts: readonly Fact[]): string[] {
  const named = new Map<string, number>();
  for (const fact of facts) {
    if (fact.kind !== 'event' || !fact.params.tenant) continue;
    const tenant = String(fact.params.tenant);
    named.set(tenant, Math.min(named.get(tenant) ?? Number.POSITIVE_INFINITY, fact.at));
  }
  return named.size < 2 ? [] : [...named].sort(([, a], [, b]) => a - b).map(([tenant]) => tenant);
}
