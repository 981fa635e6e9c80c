import type { Fact } from '@callscope/core/bus/facts.ts';
import { type EndedCall, LIVE_VERSION, type LiveCall, type LiveTarget, MAX_LIVE_CHARS } from '@callscope/core/bus/live.ts';
import { type CallRow, UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { Directories } from '@callscope/core/domain/directory.ts';
import type { Revision } from './block.ts';
import type { Conversation } from './conversation.ts';
import { dialogId, readConversation } from './reading.ts';
import { resolveCall } from './resolve.ts';
import { type Side, sidesOf } from './sides.ts';

/** More targets of one call than anybody can look at. */
const MOST_TARGETS = 50;
/** More revised calls of a company at a time are not listed: its lists are read again. */
const MOST_REVISED = 1_000;

const SIDES: readonly Side[] = ['', 'in'];

/** What is shown is known by the Call-ID of its conversation, and by whose view it is. */
const keyOf = (callId: string, side: Side) => (side === '' ? callId : `${callId} ${side}`);

const ms = (us: number) => Math.floor(us / 1_000);
const user = (target: string) => target.split('@')[0] ?? '';

/** One company's view of a call in progress. */
interface Seen {
  side: Side;
  tenant: string;
  call: LiveCall;
}

/**
 * The call of a conversation that people see in progress, its last: one view, or two when it is between two companies;
 * none = there is nothing to show. Pure. `endedAt` above 0 when facts say that it is over.
 */
export function liveCalls(conversation: Conversation, directories: Directories): Seen[] {
  const call = readConversation(conversation, directories).calls.at(-1);
  if (!call) return [];
  // the record of one refused leg: the script may go on to another
  const over = call.end !== null && call.end !== 'missed';
  const ids = call.dialogs.map(dialogId);
  const writtenAs = ids.find((id) => conversation.isWritten(id));
  // written already: what came late is for the revision to say, unless the call goes on after a transfer
  if (writtenAs !== undefined && over) return [];
  return sidesOf(call, directories).map(({ side, draft }) => {
    const row = resolveCall(draft, directories);
    return { side, tenant: row.tenant, call: liveOf(writtenAs ?? (ids[0] as string), row, over) };
  });
}

function liveOf(id: string, row: Omit<CallRow, 'id' | 'callIds' | 'revision'>, over: boolean): LiveCall {
  const targets: LiveTarget[] = [];
  for (const { target, employee, sipCode, rang } of row.legs) {
    if (targets.length === MOST_TARGETS || over) break;
    if (sipCode === 0) targets.push({ target, employee, state: rang ? 'ringing' : 'calling' });
    else if (row.answeredAt > 0 && sipCode < 300 && (row.answeredBy === '' || user(target) === row.answeredBy))
      targets.push({ target, employee, state: 'talking' });
  }
  return {
    id,
    direction: row.direction,
    from: row.from,
    dialled: row.dialled,
    number: row.number,
    employee: row.employee,
    group: row.group,
    answeredBy: row.answeredBy,
    state: row.answeredAt > 0 ? 'talking' : row.ringingAt > 0 ? 'ringing' : 'calling',
    startedAt: ms(row.startedAt),
    ringingAt: ms(row.ringingAt),
    answeredAt: ms(row.answeredAt),
    endedAt: over ? ms(row.endedAt) : 0,
    targets,
  };
}

function endedOf(row: CallRow): EndedCall {
  const { id, direction, result, missedKind, from, dialled, number, answeredBy, employee, group } = row;
  return {
    ...{ id, direction, result, missedKind, from, dialled, number, answeredBy, employee, group },
    startedAt: ms(row.startedAt),
    answeredAt: ms(row.answeredAt),
    endedAt: ms(row.endedAt),
  };
}

/** Whether a fact can change what people see of a call in progress: others cost no fold. */
export function matters(fact: Fact): boolean {
  if (fact.kind === 'activity') return false;
  if (fact.kind === 'event') return fact.method.startsWith('E_PBX_') || fact.method.startsWith('E_ACC_');
  if (fact.code === 0) return fact.method === 'BYE' || (fact.method === 'INVITE' && fact.toTag === '');
  return fact.method === 'INVITE' && fact.code >= 180;
}

/** What is shown to one company of a conversation: its text is compared to publish only changes, and joined into snapshots. */
interface Shown {
  id: string;
  tenant: string;
  text: string;
}

/** What is new for one company since it was last taken; elements as JSON text. */
export interface LiveNews {
  calls: string[];
  gone: string[];
  ended: string[];
  revised: string[];
  more: boolean;
  phones?: string[];
  phonesGone?: string[];
}
export const NO_NEWS: LiveNews = { calls: [], gone: [], ended: [], revised: [], more: false };

interface Waiting {
  /** Call-IDs whose call is new or changed */
  calls: Set<string>;
  gone: Set<string>;
  ended: string[];
  revised: Set<string>;
  more: boolean;
}

/**
 * Calls in progress of every company, derived from the book's open conversations. Reads them and changes nothing: what
 * the book writes does not depend on it. No clock and no I/O; memory is bounded by the open conversations.
 */
export class LiveProjection {
  readonly #directories: Directories;
  #dirty = new Map<string, Conversation>();
  #shown = new Map<string, Shown>();
  /** Call-IDs shown, by company */
  #byTenant = new Map<string, Set<string>>();
  #news = new Map<string, Waiting>();

  constructor(directories: Directories) {
    this.#directories = directories;
  }

  get shownCount(): number {
    return this.#shown.size;
  }
  get dirtyCount(): number {
    return this.#dirty.size;
  }
  /** Companies with calls in progress. */
  get tenants(): Iterable<string> {
    return this.#byTenant.keys();
  }

  /** A conversation got a fact; without one: it was settled, or is to be looked at for another reason. */
  changed(conversation: Conversation, fact?: Fact): void {
    if (fact === undefined || matters(fact)) this.#dirty.set(conversation.callId, conversation);
  }

  /** A conversation became part of another one: what was shown of it is shown there. */
  joined(gone: Conversation, into: Conversation): void {
    for (const side of SIDES) {
      const key = keyOf(gone.callId, side);
      const shown = this.#shown.get(key);
      if (shown) this.#hide(key, shown);
    }
    this.#dirty.delete(gone.callId);
    this.#dirty.set(into.callId, into);
  }

  /** Folds up to `most` of the changed conversations, those that wait longest first. @returns how many */
  fold(most: number): number {
    let count = 0;
    for (const [callId, conversation] of this.#dirty) {
      if (count === most) break;
      this.#dirty.delete(callId);
      count++;
      this.#look(conversation);
    }
    return count;
  }

  #look(conversation: Conversation): void {
    let seen: Seen[] = [];
    try {
      if (!conversation.resting) seen = liveCalls(conversation, this.#directories);
    } catch {
      // cannot be folded: the book buries it when it is due
    }
    for (const side of SIDES) {
      const key = keyOf(conversation.callId, side);
      const shown = this.#shown.get(key);
      if (conversation.resting && shown) {
        const rows = conversation.written.filter((r) => r.id === shown.id);
        const row = rows.find((r) => r.tenant === shown.tenant) ?? rows[0];
        // a row on its way to the store: over, and listed until a reader can find it
        if (row) this.#show(key, row.tenant, liveOf(shown.id, row, true));
        else this.#hide(key, shown);
        continue;
      }
      const now = seen.find((s) => s.side === side);
      if (!now || !this.#known(now.tenant)) {
        if (shown) this.#hide(key, shown);
      } else if (shown || now.call.endedAt === 0) this.#show(key, now.tenant, now.call);
      // begun and over since the last look, as when history is replayed: only its end is told
    }
  }

  #known(tenant: string): boolean {
    return tenant === UNASSIGNED || this.#directories.tenant(tenant) !== undefined;
  }

  #show(key: string, tenant: string, call: LiveCall): void {
    const before = this.#shown.get(key);
    const text = JSON.stringify(call);
    if (before && (before.tenant !== tenant || before.id !== call.id)) this.#hide(key, before);
    else if (before?.text === text) return;
    this.#shown.set(key, { id: call.id, tenant, text });
    let ids = this.#byTenant.get(tenant);
    if (!ids) {
      ids = new Set();
      this.#byTenant.set(tenant, ids);
    }
    ids.add(key);
    const news = this.#newsOf(tenant);
    news.calls.add(key);
    news.gone.delete(call.id);
  }

  #hide(key: string, shown: Shown): void {
    this.#forget(key, shown);
    this.#newsOf(shown.tenant).gone.add(shown.id);
  }

  #forget(key: string, shown: Shown): void {
    this.#shown.delete(key);
    this.#news.get(shown.tenant)?.calls.delete(key);
    const ids = this.#byTenant.get(shown.tenant);
    ids?.delete(key);
    if (ids?.size === 0) this.#byTenant.delete(shown.tenant);
  }

  /** The store has accepted these: rows that can be read take the place of calls in progress. */
  written(rows: readonly CallRow[], revisions: readonly Revision[]): void {
    const readable = [...rows, ...revisions.map((r) => r.row)];
    for (const row of readable) this.#unshow(row, (key, shown) => shown.tenant === row.tenant && this.#forget(key, shown));
    // shown to a company that has it no longer
    for (const row of readable) this.#unshow(row, (key, shown) => this.#hide(key, shown));
    for (const row of rows) if (this.#known(row.tenant)) this.#newsOf(row.tenant).ended.push(JSON.stringify(endedOf(row)));
    for (const { old, row } of revisions) {
      for (const tenant of new Set([old.tenant, row.tenant])) {
        if (!this.#known(tenant)) continue;
        const news = this.#newsOf(tenant);
        if (news.revised.size < MOST_REVISED) news.revised.add(row.id);
        else news.more = true;
      }
    }
  }

  #unshow(row: CallRow, done: (key: string, shown: Shown) => unknown): void {
    for (const callId of row.callIds)
      for (const side of SIDES) {
        const key = keyOf(callId, side);
        const shown = this.#shown.get(key);
        if (shown?.id === row.id) done(key, shown);
      }
  }

  #newsOf(tenant: string): Waiting {
    let news = this.#news.get(tenant);
    if (!news) {
      news = { calls: new Set(), gone: new Set(), ended: [], revised: new Set(), more: false };
      this.#news.set(tenant, news);
    }
    return news;
  }

  /** Takes what is new, by company. */
  take(): Map<string, LiveNews> {
    const out = new Map<string, LiveNews>();
    for (const [tenant, { calls, gone, ended, revised, more }] of this.#news) {
      const texts = [...calls].map((key) => this.#shown.get(key)?.text).filter((text) => text !== undefined);
      if (texts.length + gone.size + ended.length + revised.size > 0 || more)
        out.set(tenant, { calls: texts, gone: quoted(gone), ended, revised: quoted(revised), more });
    }
    this.#news.clear();
    return out;
  }

  /** Calls in progress of a company, as JSON texts. */
  snapshot(tenant: string): string[] {
    return [...(this.#byTenant.get(tenant) ?? [])].map((key) => this.#shown.get(key)?.text).filter((text) => text !== undefined);
  }
}

const quoted = (ids: Iterable<string>) => Array.from(ids, (id) => JSON.stringify(id));

const LISTS = ['calls', 'gone', 'ended', 'revised', 'phones', 'phonesGone'] as const;
const nothing = (more = false) => ({ calls: [], gone: [], ended: [], revised: [], phones: [], phonesGone: [], more });

/**
 * One company's news as the bodies of as few messages as fit.
 * @param head gives `group`, `boot` and the next `seq` of each message
 */
export function changeMessages(news: LiveNews, head: () => object, most = MAX_LIVE_CHARS): string[] {
  const out: string[] = [];
  let part: Required<LiveNews> = nothing(news.more);
  let chars = 0;
  const close = () => {
    const lists = LISTS.map((list) => `"${list}":[${part[list].join(',')}]`).join(',');
    const { more } = part;
    const start = JSON.stringify({ v: LIVE_VERSION, kind: 'change', ...head(), more });
    out.push(`${start.slice(0, -1)},${lists}}`);
    part = nothing();
    chars = 0;
  };
  for (const list of LISTS)
    for (const text of news[list] ?? []) {
      if (chars > 0 && chars + text.length > most) close();
      part[list].push(text);
      chars += text.length + 1;
    }
  if (chars > 0 || part.more) close();
  return out;
}

/**
 * A company's calls in progress and its phones as the bodies of the messages of one snapshot; at least one.
 * @param head group, boot, seq
 */
export function snapshotMessages(calls: readonly string[], phones: readonly string[], head: object, most = MAX_LIVE_CHARS): string[] {
  const parts: { calls: string[]; phones: string[] }[] = [{ calls: [], phones: [] }];
  let chars = 0;
  for (const [list, texts] of [['calls', calls] as const, ['phones', phones] as const])
    for (const text of texts) {
      if (chars > 0 && chars + text.length > most) {
        parts.push({ calls: [], phones: [] });
        chars = 0;
      }
      parts.at(-1)?.[list].push(text);
      chars += text.length + 1;
    }
  return parts.map((texts, part) => {
    const start = JSON.stringify({ v: LIVE_VERSION, kind: 'snapshot', ...head, part, parts: parts.length });
    return `${start.slice(0, -1)},"calls":[${texts.calls.join(',')}],"phones":[${texts.phones.join(',')}]}`;
  });
}
