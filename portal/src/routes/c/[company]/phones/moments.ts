import type { PhoneLine } from '#page/phones/lines.ts';
import type { I18n } from '#ui/i18n.svelte.ts';

/** What the list of a narrow screen and the table of a wide one show. */
export interface PhonesProps {
  lines: readonly PhoneLine[];
  /** of the company */
  domain: string;
  company: string;
  /** ms since the epoch, ticking */
  now: number;
  open: ReadonlySet<string>;
  ontoggle: (aor: string, open: boolean) => void;
  stale: boolean;
}

/** usrloc's word for a binding that never expires is the year 2100 */
const NEVER_MS = 4_000_000_000_000;

/** Of today 14:02, of another day 25.11 14:02. */
export function moment(at: number, now: number, { format }: I18n): string {
  const time = format.timeShort(at);
  return format.dayOf(at) === format.dayOf(now) ? time : `${format.date(at)} ${time}`;
}

/** Since when it stands, or when it was last there; '' = never. */
export function sinceWords({ bindings, goneAt, state, refused }: PhoneLine, now: number, i18n: I18n): string {
  const [newest] = bindings;
  if (newest) return moment(newest.registeredAt, now, i18n);
  if (state === 'refused' && refused) return i18n.words.phones.refusedAt(moment(refused.at, now, i18n));
  return goneAt > 0 ? i18n.words.phones.until(moment(goneAt, now, i18n)) : '';
}

/** In what time the newest binding ends if the phone says nothing more; '' = none stands. */
export function expiryWords({ bindings }: PhoneLine, now: number, { words, format }: I18n): string {
  const [newest] = bindings;
  if (!newest) return '';
  if (newest.expiresAt > NEVER_MS) return words.phones.never;
  const left = Math.floor((newest.expiresAt - now) / 1_000);
  return left > 0 ? words.phones.expiresIn(format.ageWords(left)) : words.phones.expiring;
}

/** Where the newest phone is, and how many others of the account there are. */
export function addressWords({ bindings, state, refused }: PhoneLine, { words }: I18n): string {
  const [newest] = bindings;
  if (!newest) return state === 'refused' ? (refused?.source ?? '') : '';
  const others = bindings.length > 1 ? ` ${words.phones.others(bindings.length - 1)}` : '';
  return `${newest.address}${newest.transport === 'udp' ? '' : ` ${newest.transport.toUpperCase()}`}${others}`;
}

export function whoseWords({ employee, comment }: PhoneLine, { words }: I18n): string {
  return employee?.name || comment || words.phones.nobody;
}

/** Name of the account; with its domain where that is not the company's. */
export function accountWords({ account, domain, aor }: PhoneLine, companyDomain: string): string {
  return domain === companyDomain ? account : aor;
}
