import { randomBytes } from 'node:crypto';
import type { EndedCall, LiveCall, LiveChange, LivePhone, LiveSnapshot } from '@callscope/core/bus/live.ts';
import type { Delta } from './narrowed.ts';

/** Deltas that are kept for watchers that come back: a minute at four a second. */
const RING = 240;
const RING_CHARS = 4_000_000;
/** No more ended or revised calls are listed in one delta; lists are read again instead. */
const MOST_LISTED = 200;
/** Lives of an assembler that another one followed: a holder that stalled and wakes up is not believed. */
const MOST_RETIRED = 8;

/** What one edge group's assembler says of the company. */
interface Source {
  boot: string;
  seq: number;
  retired: string[];
  calls: Map<string, LiveCall>;
  /** by address of record */
  phones: Map<string, LivePhone>;
  /** everything up to `seq` is in `calls` */
  synced: boolean;
  /** it was once */
  whole: boolean;
  /** parts of a snapshot that is being received */
  parts: { boot: string; seq: number; calls: LiveCall[]; phones: LivePhone[]; next: number } | null;
}

interface Pending {
  calls: Set<string>;
  gone: Set<string>;
  ended: Map<string, EndedCall>;
  endedCount: number;
  revised: Set<string>;
  reload: boolean;
  phones: Set<string>;
  phonesGone: Set<string>;
}

const nothing = (): Pending => ({
  ...{ calls: new Set(), gone: new Set(), ended: new Map(), endedCount: 0, revised: new Set(), reload: false },
  ...{ phones: new Set(), phonesGone: new Set() },
});

export interface NumberedDelta {
  seq: number;
  delta: Delta;
  /** the same as JSON, made once for all who see the whole company */
  text: string;
}

/**
 * Calls in progress of one company as its watchers see them, put together from the messages of the bus; and deltas with
 * numbers of their own, so that a watcher who comes back gets what it missed. No I/O, no clock.
 */
export class CompanyState {
  /** names this state in event ids: another process, or one that subscribed anew, has another */
  readonly boot = `${Date.now().toString(36)}${randomBytes(3).toString('hex')}`;
  seq = 0;
  #sources = new Map<string, Source>();
  #pending = nothing();
  #ring: NumberedDelta[] = [];
  #ringChars = 0;

  /** A whole state was heard from somebody. */
  get known(): boolean {
    for (const source of this.#sources.values()) if (source.whole) return true;
    return false;
  }

  /** A snapshot is needed. */
  get isMissing(): boolean {
    if (this.#sources.size === 0) return true;
    for (const source of this.#sources.values()) if (!source.synced) return true;
    return false;
  }

  get hasNews(): boolean {
    const { calls, gone, endedCount, revised, reload, phones, phonesGone } = this.#pending;
    return calls.size + gone.size + endedCount + revised.size + phones.size + phonesGone.size > 0 || reload;
  }

  calls(): LiveCall[] {
    return [...this.#sources.values()].flatMap((s) => [...s.calls.values()]);
  }

  /** Accounts whose registrations were seen. Of one that two edges know, what stands. */
  phones(): LivePhone[] {
    const byAor = new Map<string, LivePhone>();
    for (const source of this.#sources.values())
      for (const [aor, phone] of source.phones) {
        const other = byAor.get(aor);
        const bindings = [...(other?.bindings ?? []), ...phone.bindings];
        byAor.set(aor, { aor, bindings, goneAt: bindings.length > 0 ? 0 : Math.max(other?.goneAt ?? 0, phone.goneAt) });
      }
    return [...byAor.values()];
  }

  /** Anything may have been missed: the connection was away. */
  doubt(): void {
    for (const source of this.#sources.values()) source.synced = false;
  }

  /** The group's assembler lives under this name. @returns false when a snapshot of it is needed */
  heard(group: string, boot: string): boolean {
    const source = this.#sources.get(group);
    if (!source) return false;
    if (source.boot !== boot && !source.retired.includes(boot)) source.synced = false;
    return source.synced;
  }

  #sourceOf(message: LiveChange | LiveSnapshot): Source | null {
    let source = this.#sources.get(message.group);
    if (!source) {
      source = { boot: message.boot, seq: -1, retired: [], calls: new Map(), phones: new Map(), synced: false, whole: false, parts: null };
      this.#sources.set(message.group, source);
    }
    return source.retired.includes(message.boot) ? null : source;
  }

  change(message: LiveChange): void {
    const source = this.#sourceOf(message);
    if (!source) return;
    if (source.boot !== message.boot) {
      // another life: what it says is true, and what it does not say is not known until its snapshot
      retire(source, message.boot);
      source.synced = false;
      source.seq = message.seq - 1;
      this.#pending.reload = true;
    }
    if (source.seq >= 0 && message.seq <= source.seq) return;
    if (message.seq !== source.seq + 1) {
      source.synced = false;
      // what was missed may have been the end of a call
      if (source.seq >= 0) this.#pending.reload = true;
    }
    source.seq = message.seq;
    const { calls, gone, revised } = this.#pending;
    for (const call of message.calls) {
      source.calls.set(call.id, call);
      calls.add(call.id);
      gone.delete(call.id);
    }
    for (const id of message.gone) this.#drop(source, id);
    for (const ended of message.ended) {
      const isListed = this.#pending.ended.size < MOST_LISTED;
      // one that a watcher may know leaves also when it is not listed
      if (isListed) gone.delete(ended.id);
      else if (source.calls.has(ended.id)) gone.add(ended.id);
      source.calls.delete(ended.id);
      calls.delete(ended.id);
      if (!this.#pending.ended.has(ended.id)) this.#pending.endedCount++;
      if (isListed) this.#pending.ended.set(ended.id, ended);
      else this.#pending.reload = true;
    }
    for (const id of message.revised) {
      if (revised.size < MOST_LISTED) revised.add(id);
      else this.#pending.reload = true;
    }
    if (message.more) this.#pending.reload = true;
    for (const phone of message.phones ?? []) {
      source.phones.set(phone.aor, phone);
      this.#pending.phones.add(phone.aor);
    }
    for (const aor of message.phonesGone ?? []) if (source.phones.delete(aor)) this.#pending.phonesGone.add(aor);
  }

  #drop(source: Source, id: string): void {
    if (!source.calls.delete(id)) return;
    this.#pending.calls.delete(id);
    this.#pending.gone.add(id);
  }

  snapshot(message: LiveSnapshot): void {
    const source = this.#sourceOf(message);
    if (!source) return;
    // the regular one, of what is known already
    if (source.synced && source.boot === message.boot && source.seq === message.seq) return;
    const { parts } = source;
    const goesOn = parts !== null && parts.boot === message.boot && parts.seq === message.seq && parts.next === message.part;
    if (message.part > 0 && !goesOn) {
      source.parts = null;
      return;
    }
    const calls = goesOn && message.part > 0 ? [...parts.calls, ...message.calls] : message.calls;
    const phones = [...(goesOn && message.part > 0 ? parts.phones : []), ...(message.phones ?? [])];
    if (message.part + 1 < message.parts) {
      source.parts = { boot: message.boot, seq: message.seq, calls, phones, next: message.part + 1 };
      return;
    }
    source.parts = null;
    const isNewLife = source.boot !== message.boot;
    // an older one of the same life, sent before changes that came already, cannot come after them on one subject
    if (!isNewLife && message.seq < source.seq) return;
    if (source.seq >= 0 && (isNewLife || message.seq > source.seq)) this.#pending.reload = true;
    if (isNewLife) retire(source, message.boot);
    const knownPhones = source.phones;
    source.phones = new Map(phones.map((p) => [p.aor, p]));
    for (const aor of knownPhones.keys()) if (!source.phones.has(aor)) this.#pending.phonesGone.add(aor);
    for (const [aor, phone] of source.phones)
      if (JSON.stringify(knownPhones.get(aor)) !== JSON.stringify(phone)) this.#pending.phones.add(aor);
    const before = source.calls;
    source.calls = new Map(calls.map((c) => [c.id, c]));
    source.seq = message.seq;
    source.synced = true;
    source.whole = true;
    for (const id of before.keys()) {
      if (source.calls.has(id)) continue;
      this.#pending.calls.delete(id);
      this.#pending.gone.add(id);
    }
    for (const [id, call] of source.calls) {
      if (JSON.stringify(before.get(id)) === JSON.stringify(call)) continue;
      this.#pending.calls.add(id);
      this.#pending.gone.delete(id);
    }
  }

  /** Everything new since the last one, as the next delta; null when there is nothing. */
  delta(): NumberedDelta | null {
    if (!this.hasNews) return null;
    const { calls, gone, ended, endedCount, revised, reload, phones, phonesGone } = this.#pending;
    this.#pending = nothing();
    const told = new Map(phones.size + phonesGone.size > 0 ? this.phones().map((p) => [p.aor, p]) : []);
    const current = new Map(this.calls().map((c) => [c.id, c]));
    const delta: Delta = {
      calls: [...calls].map((id) => current.get(id)).filter((c) => c !== undefined),
      gone: [...gone].filter((id) => !current.has(id)),
      ended: [...ended.values()],
      endedCount,
      revised: [...revised],
      reload,
      phones: [...new Set([...phones, ...phonesGone])].map((aor) => told.get(aor)).filter((p) => p !== undefined),
      phonesGone: [...phonesGone].filter((aor) => !told.has(aor)),
    };
    const numbered = { seq: ++this.seq, delta, text: JSON.stringify(delta) };
    this.#ring.push(numbered);
    this.#ringChars += numbered.text.length;
    while (this.#ring.length > RING || this.#ringChars > RING_CHARS) this.#ringChars -= this.#ring.shift()?.text.length ?? 0;
    return numbered;
  }

  /** The deltas after an event id `<boot>.<seq>`; null when not all of them are here. */
  since(eventId: string | null): NumberedDelta[] | null {
    const [, boot, text] = /^(\w+)\.(\d{1,15})$/.exec(eventId ?? '') ?? [];
    if (boot !== this.boot || text === undefined) return null;
    const seq = Number(text);
    if (seq > this.seq || (seq < this.seq && (this.#ring[0]?.seq ?? Number.POSITIVE_INFINITY) > seq + 1)) return null;
    return this.#ring.filter((d) => d.seq > seq);
  }
}

function retire(source: Source, boot: string): void {
  source.retired = [source.boot, ...source.retired].slice(0, MOST_RETIRED);
  source.boot = boot;
  source.parts = null;
}
