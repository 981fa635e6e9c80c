import type { RefusedAccount } from '@callscope/analytics/run/refusals.ts';
import type { LiveCall, LivePhone } from '@callscope/core/bus/live.ts';
import type { PhoneBinding } from '@callscope/core/domain/phone-state.ts';

/** What the directory says of a company's accounts and extensions. */
export interface PhoneDirectory {
  accounts: readonly { user: string; comment: string; extensions: readonly string[] }[];
  employees: readonly { id: string; name: string; extensions: readonly string[] }[];
}

/** registered: a binding stands · refused: none stands, and its last word was a wrong password · gone: one was seen, none stands · unknown: none was ever seen */
export const PHONE_STATES = ['registered', 'refused', 'gone', 'unknown'] as const;
export type PhoneState = (typeof PHONE_STATES)[number];

/** An account of the directory, or one that registered without being in it. Times are ms since the epoch. */
export interface PhoneLine {
  /** address of record; of one never seen user@domain of the company */
  aor: string;
  account: string;
  domain: string;
  extensions: readonly string[];
  comment: string;
  employee: { id: string; name: string } | null;
  state: PhoneState;
  /** those that stand, the newest first */
  bindings: readonly PhoneBinding[];
  /** when the last binding ended; 0 = one stands, or none was seen */
  goneAt: number;
  /** its sign-ins that failed of late */
  refused: RefusedAccount | null;
  /** calls or talks; a phone that only rings does not */
  inCall: boolean;
}

/**
 * Accounts of the directory with what is known of their phones, then those that only registered; in the order of their
 * names. Pure.
 * @param domain of the company, '' when there is none
 */
export function phoneLines(
  domain: string,
  { accounts, employees }: PhoneDirectory,
  phones: Iterable<LivePhone>,
  calls: Iterable<LiveCall>,
  refused: readonly RefusedAccount[] = [],
): PhoneLine[] {
  const byExtension = new Map(employees.flatMap((e) => e.extensions.map((x) => [x, { id: e.id, name: e.name }] as const)));
  const busy = busyNames(calls);
  const listed = new Map(accounts.map((a) => [`${a.user}@${domain}`, a]));
  const seen = new Map(Array.from(phones, (p) => [p.aor, p]));
  const failed = new Map(refused.map((r) => [`${r.account}@${r.domain}`, r]));
  return [...new Set([...listed.keys(), ...seen.keys()])].sort(byName).map((aor) => {
    const at = aor.lastIndexOf('@');
    const account = aor.slice(0, at);
    const entry = listed.get(aor);
    const phone = seen.get(aor);
    const refusal = failed.get(aor) ?? null;
    const goneAt = phone?.goneAt ?? 0;
    const isRefused = refusal !== null && refusal.at > goneAt;
    // an account that the directory does not list is called by its own name
    const extensions = entry?.extensions ?? (byExtension.has(account) ? [account] : []);
    const names = [account, ...extensions];
    const bindings = [...(phone?.bindings ?? [])].sort((a, b) => b.registeredAt - a.registeredAt);
    return {
      ...{ aor, account, domain: aor.slice(at + 1), extensions, comment: entry?.comment ?? '', bindings },
      employee: names.map((name) => byExtension.get(name)).find((e) => e !== undefined) ?? null,
      state: bindings.length > 0 ? 'registered' : isRefused ? 'refused' : phone ? 'gone' : 'unknown',
      ...{ goneAt, refused: refusal },
      inCall: names.some((name) => busy.has(name)),
    };
  });
}

function busyNames(calls: Iterable<LiveCall>): Set<string> {
  const busy = new Set<string>();
  for (const { endedAt, direction, from, answeredBy, targets } of calls) {
    if (endedAt > 0) continue;
    if (direction !== 'in') busy.add(from);
    if (answeredBy !== '') busy.add(answeredBy);
    for (const { target, state } of targets) if (state === 'talking') busy.add(target.split('@', 1)[0] as string);
  }
  return busy;
}

const collator = new Intl.Collator('en', { numeric: true });
const byName = (a: string, b: string) => collator.compare(a, b);
