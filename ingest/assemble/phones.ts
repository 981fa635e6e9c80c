import type { EventFact } from '@callscope/core/bus/facts.ts';
import type { LivePhone } from '@callscope/core/bus/live.ts';
import { UNASSIGNED } from '@callscope/core/domain/call.ts';
import { isRegistered, type PhoneBinding, REGISTRATION_GRACE_MS } from '@callscope/core/domain/phone-state.ts';
import { Deadlines } from './deadlines.ts';

/** Accounts that are remembered; beyond it the one not heard of for longest leaves, and the store alone knows it. */
const MOST_ACCOUNTS = 50_000;
/** Of one account; a browser that registers anew each time gives a new one each time. */
const MOST_BINDINGS = 16;
/** The registrar's event and the packets that caused it come within this: the event is what counts. */
const SAME_WORD_US = 5_000_000;
/** usrloc gives 0 as the expiry of a binding that never expires: the year 2100 */
const NEVER_MS = 4_102_444_800_000;

export interface Binding extends PhoneBinding {
  /** µs of the last word of the registrar, and of the network; 0 = none */
  eventAt: number;
  hepAt: number;
  callId: string;
  cseq: number;
}

/** One stretch of time in which a binding stood, as the store keeps it: written again when it gets longer or ends. */
export interface RegistrationRow extends PhoneBinding {
  tenant: string;
  account: string;
  domain: string;
  callId: string;
  /** µs of the word or moment that it says; the newest row of a stretch counts */
  version: number;
}

interface Account {
  aor: string;
  tenant: string;
  bindings: Map<string, Binding>;
  /** as JSON, made when it is asked for */
  saved: string | null;
  shown: string | null;
}

export interface PhoneNews {
  phones: string[];
  phonesGone: string[];
}

/**
 * Registrations of every account, by what the registrar's events say; where they do not, by the answers to REGISTER on the
 * network. Same facts, same state; repetition and order do not matter. Its clock is the stream's. No I/O.
 */
export class Phones {
  readonly #tenantOf: (host: string) => string | undefined;
  readonly #most: number;
  /** those not heard of for longest first */
  #accounts = new Map<string, Account>();
  #byTenant = new Map<string, Set<string>>();
  #deadlines = new Deadlines();
  #dirty = new Set<string>();
  #gone = new Map<string, Set<string>>();
  #rows = new Map<string, RegistrationRow>();
  crowdedOut = 0;

  /** @param tenantOf company of a SIP domain */
  constructor(tenantOf: (host: string) => string | undefined, most = MOST_ACCOUNTS) {
    this.#tenantOf = tenantOf;
    this.#most = most;
  }

  get count(): number {
    return this.#accounts.size;
  }
  get rowCount(): number {
    return this.#rows.size;
  }
  get hasNews(): boolean {
    return this.#dirty.size > 0 || this.#gone.size > 0;
  }
  /** Stream time at which the next binding expires, ms. */
  nextDue(): number {
    return this.#deadlines.next();
  }

  apply({ method, at, callId, params }: EventFact): void {
    const aor = aorOf(params.aor);
    if (aor === null) return;
    if (method === 'REGISTER') this.#heard(aor, at, callId, params);
    else if (method === 'E_UL_AOR_DELETE') {
      const account = this.#accounts.get(aor);
      for (const binding of account?.bindings.values() ?? [])
        if (binding.eventAt <= at) this.#end(account as Account, binding, at, Math.floor(at / 1_000), 'eventAt');
    } else this.#told(aor, method, at, callId, params);
  }

  /** The registrar's word on one contact. */
  #told(aor: string, method: string, at: number, callId: string, params: EventFact['params']): void {
    const contact = String(params.uri ?? '');
    if (contact === '') return;
    const cseq = Number(params.cseq ?? 0) || 0;
    const known = this.#accounts.get(aor)?.bindings.get(contact);
    // within a Call-ID CSeq is the order (RFC 3261, 10.3, 7), between them time is
    if (known && known.eventAt > 0) {
      if (known.callId === callId && known.cseq !== cseq) {
        if (cseq < known.cseq) return;
      } else if (at < known.eventAt) return;
    }
    const account = this.#accountOf(aor);
    if (method === 'E_UL_CONTACT_DELETE') {
      // one never heard of: remembered as gone, so that its late INSERT does not bring it back
      const binding = known ?? this.#newBinding(account, contact, at, 0);
      Object.assign(binding, { callId, cseq });
      this.#end(account, binding, at, Math.floor(at / 1_000), 'eventAt');
      return;
    }
    const expires = Number(params.expires ?? 0);
    const expiresAt = expires > 0 ? Math.min(expires * 1_000, NEVER_MS) : NEVER_MS;
    const binding = this.#stand(account, contact, at, expiresAt, 'eventAt');
    const received = String(params.received ?? '');
    const [transport = ''] = String(params.socket ?? '').split(':', 1);
    Object.assign(binding, {
      ...{ callId, cseq, userAgent: String(params.user_agent ?? '').slice(0, 200) },
      address: addressOf(received === '' ? contact : received),
      transport: transport || transportOf(contact),
    });
    this.#changed(account, binding, at);
  }

  /** What a 200 to REGISTER lists: all that stands. */
  #heard(aor: string, at: number, callId: string, params: EventFact['params']): void {
    const listed = new Map<string, number>();
    for (const line of String(params.contacts ?? '').split('\n')) {
      const space = line.indexOf(' ');
      if (space > 0) listed.set(line.slice(space + 1), Number(line.slice(0, space)));
    }
    let account = this.#accounts.get(aor);
    if (!account && listed.size === 0) return;
    account ??= this.#accountOf(aor);
    for (const [contact, seconds] of listed) {
      const known = account.bindings.get(contact);
      if (known && (known.hepAt > at || known.eventAt + SAME_WORD_US > at)) continue;
      if (seconds === 0) {
        if (known) this.#end(account, known, at, Math.floor(at / 1_000), 'hepAt');
        continue;
      }
      const binding = this.#stand(account, contact, at, Math.floor(at / 1_000) + seconds * 1_000, 'hepAt');
      if (binding.eventAt === 0)
        Object.assign(binding, {
          ...{ callId, cseq: Number(params.cseq ?? 0) || 0 },
          ...{ address: addressOf(contact), transport: transportOf(contact) },
        });
      this.#changed(account, binding, at);
    }
    for (const [contact, binding] of account.bindings)
      if (!listed.has(contact) && binding.endedAt === 0 && binding.hepAt < at && binding.eventAt + SAME_WORD_US < at)
        this.#end(account, binding, at, Math.floor(at / 1_000), 'hepAt');
  }

  #accountOf(aor: string): Account {
    let account = this.#accounts.get(aor);
    if (account) this.#accounts.delete(aor);
    else account = { aor, tenant: this.#companyOf(aor), bindings: new Map(), saved: null, shown: null };
    // heard of last
    this.#accounts.set(aor, account);
    this.#put(account.tenant, aor);
    for (const [oldest, { tenant }] of this.#accounts) {
      if (this.#accounts.size <= this.#most) break;
      this.crowdedOut++;
      this.#accounts.delete(oldest);
      this.#remove(tenant, oldest);
    }
    return account;
  }

  #newBinding(account: Account, contact: string, at: number, expiresAt: number): Binding {
    const binding: Binding = {
      ...{ contact, address: addressOf(contact), transport: transportOf(contact), userAgent: '' },
      ...{ registeredAt: Math.floor(at / 1_000), expiresAt, endedAt: 0, eventAt: 0, hepAt: 0, callId: '', cseq: 0 },
    };
    account.bindings.set(contact, binding);
    for (const [oldest, { endedAt }] of account.bindings) {
      if (account.bindings.size <= MOST_BINDINGS) break;
      if (endedAt > 0 || account.bindings.size > 2 * MOST_BINDINGS) account.bindings.delete(oldest);
    }
    return binding;
  }

  /** A binding stands from now on, or goes on. */
  #stand(account: Account, contact: string, at: number, expiresAt: number, by: 'eventAt' | 'hepAt'): Binding {
    const ms = Math.floor(at / 1_000);
    let binding = account.bindings.get(contact);
    if (!binding) binding = this.#newBinding(account, contact, at, expiresAt);
    else if (!isRegistered(binding, ms)) Object.assign(binding, { registeredAt: ms, endedAt: 0 });
    binding.expiresAt = expiresAt;
    binding[by] = at;
    this.#watch(account.aor, binding);
    return binding;
  }

  #end(account: Account, binding: Binding, at: number, endedAt: number, by: 'eventAt' | 'hepAt' | null): void {
    if (by !== null) binding[by] = at;
    // a word that comes after the clock had said "expired" may know better
    if (binding.endedAt > 0 && (by === null || endedAt >= binding.endedAt)) return;
    binding.endedAt = Math.max(1, endedAt);
    this.#changed(account, binding, at);
  }

  #changed(account: Account, binding: Binding, at: number): void {
    account.saved = null;
    account.shown = null;
    this.#dirty.add(account.aor);
    this.#row(account, binding, at, binding.endedAt);
  }

  #row(account: Account, binding: Binding, version: number, endedAt: number): void {
    const { contact, address, transport, userAgent, registeredAt, expiresAt, callId } = binding;
    const [user, domain] = splitAor(account.aor);
    this.#rows.set(`${account.tenant} ${account.aor} ${contact} ${registeredAt}`, {
      ...{ tenant: account.tenant, account: user, domain, contact, address, transport, userAgent },
      ...{ registeredAt, expiresAt, endedAt, callId, version },
    });
  }

  /** Time passes: what was not refreshed has expired. @param time of the stream, ms */
  expire(time: number): void {
    for (const key of this.#deadlines.take(time)) {
      const [aor = '', contact = ''] = key.split('\n');
      const account = this.#accounts.get(aor);
      const binding = account?.bindings.get(contact);
      if (!account || !binding || binding.endedAt > 0) continue;
      const due = binding.expiresAt + REGISTRATION_GRACE_MS;
      if (due > time) this.#watch(aor, binding);
      else this.#end(account, binding, Math.max(binding.eventAt, binding.hepAt) + 1, binding.expiresAt, null);
    }
  }

  /** Directories changed: a domain may be another company's. */
  lookAgain(): void {
    for (const account of this.#accounts.values()) {
      const tenant = this.#companyOf(account.aor);
      if (tenant === account.tenant) continue;
      const before = account.tenant;
      this.#remove(before, account.aor);
      for (const binding of account.bindings.values()) {
        const version = Math.max(binding.eventAt, binding.hepAt) + 2;
        // to the company it was thought to be of it never stood
        this.#row(account, binding, version, binding.registeredAt);
        account.tenant = tenant;
        this.#row(account, binding, version, binding.endedAt);
        account.tenant = before;
      }
      account.tenant = tenant;
      this.#put(tenant, account.aor);
      this.#dirty.add(account.aor);
    }
  }

  #watch(aor: string, { contact, expiresAt, endedAt }: Binding): void {
    if (endedAt === 0 && expiresAt < NEVER_MS) this.#deadlines.set(`${aor}\n${contact}`, expiresAt + REGISTRATION_GRACE_MS);
  }

  #companyOf(aor: string): string {
    return this.#tenantOf(splitAor(aor)[1]) ?? UNASSIGNED;
  }

  #put(tenant: string, aor: string): void {
    let set = this.#byTenant.get(tenant);
    if (!set) {
      set = new Set();
      this.#byTenant.set(tenant, set);
    }
    set.add(aor);
    this.#gone.get(tenant)?.delete(aor);
  }

  #remove(tenant: string, aor: string): void {
    const set = this.#byTenant.get(tenant);
    set?.delete(aor);
    if (set?.size === 0) this.#byTenant.delete(tenant);
    const gone = this.#gone.get(tenant) ?? new Set();
    this.#gone.set(tenant, gone.add(aor));
  }

  /** Takes what is new for who watches, by company; elements as JSON text. */
  takeNews(): Map<string, PhoneNews> {
    const out = new Map<string, PhoneNews>();
    const of = (tenant: string) => {
      const news = out.get(tenant) ?? { phones: [], phonesGone: [] };
      out.set(tenant, news);
      return news;
    };
    for (const aor of this.#dirty) {
      const account = this.#accounts.get(aor);
      if (account) of(account.tenant).phones.push(shownOf(account));
    }
    for (const [tenant, gone] of this.#gone) if (gone.size > 0) of(tenant).phonesGone.push(...Array.from(gone, (a) => JSON.stringify(a)));
    this.#dirty.clear();
    this.#gone.clear();
    return out;
  }

  /** A company's accounts for who watches, as JSON texts. */
  snapshot(tenant: string): string[] {
    return Array.from(this.#byTenant.get(tenant) ?? [], (aor) => shownOf(this.#accounts.get(aor) as Account));
  }

  /** Takes the rows that the store does not know yet. */
  takeRows(): RegistrationRow[] {
    const rows = [...this.#rows.values()];
    this.#rows.clear();
    return rows;
  }

  /** One text an account, without line ends: what a next life begins with. Texts of what did not change are made once. */
  saved(): string[] {
    return Array.from(this.#accounts.values(), (a) => {
      a.saved ??= JSON.stringify([a.aor, [...a.bindings.values()]]);
      return a.saved;
    });
  }

  restore(saved: readonly string[]): void {
    for (const text of saved) {
      const [aor, bindings] = JSON.parse(text) as [string, Binding[]];
      const account = this.#accountOf(aor);
      account.saved = text;
      for (const binding of bindings) {
        account.bindings.set(binding.contact, binding);
        this.#watch(aor, binding);
      }
    }
  }
}

function shownOf(account: Account): string {
  account.shown ??= JSON.stringify(livePhone(account.aor, [...account.bindings.values()]));
  return account.shown;
}

function livePhone(aor: string, all: readonly Binding[]): LivePhone {
  const bindings = all
    .filter((b) => b.endedAt === 0)
    .map(({ contact, address, transport, userAgent, registeredAt, expiresAt, endedAt }) => ({
      ...{ contact, address, transport, userAgent, registeredAt, expiresAt, endedAt },
    }));
  return { aor, bindings, goneAt: bindings.length > 0 ? 0 : Math.max(0, ...all.map((b) => b.endedAt)) };
}

/** user@domain with the domain in small letters (RFC 3261, 19.1.4); null for what is none, or could not be an id. */
function aorOf(value: string | number | null | undefined): string | null {
  const text = String(value ?? '').replace(/^sips?:/i, '');
  const at = text.lastIndexOf('@');
  if (at < 1 || at === text.length - 1 || text.length > 320 || /\s/.test(text)) return null;
  return `${text.slice(0, at)}@${text.slice(at + 1).toLowerCase()}`;
}

function splitAor(aor: string): [string, string] {
  const at = aor.lastIndexOf('@');
  return [aor.slice(0, at), aor.slice(at + 1)];
}

/** "host:port" of a SIP URI; the port that its transport has by default is left out when the URI leaves it out. */
function addressOf(uri: string): string {
  const rest = uri.replace(/^sips?:/i, '').split(/[;?]/, 1)[0] ?? '';
  return rest.slice(rest.lastIndexOf('@') + 1);
}

function transportOf(uri: string): string {
  return (/;transport=([a-z]+)/i.exec(uri)?.[1] ?? (/^sips:/i.test(uri) ? 'tls' : 'udp')).toLowerCase();
}
