import { setTimeout as pause } from 'node:timers/promises';
import type { Freshness } from '@callscope/core/bus/freshness.ts';
import { readLive, readPulse } from '@callscope/core/bus/live.ts';
import { subjects } from '@callscope/core/bus/streams.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Log } from '@callscope/core/node/log.ts';
import { gauge } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { createBell } from './bell.ts';
import { CompanyState } from './company.ts';
import { type LivePart, type LiveState, Narrowed } from './narrowed.ts';
import { Watcher } from './watcher.ts';

/** Four deltas a second for a company, however much happens. */
const DELTA_MS = 250;
/** A company nobody watches is forgotten after this: who reloads a page or lost the connection finds it as it was. */
const LINGER_MS = 30_000;
/** A snapshot that did not come is asked for again. */
const ASK_MS = 1_000;
/** Whoever asks once waits so long for an assembler's answer. */
const ANSWER_MS = 2_500;
const ANSWER_STEP_MS = 20;
const FRESHNESS_MS = 1_000;
const FRESHNESS_AT_LEAST_MS = 5_000;
const COMMENT_MS = 15_000;

const watchersGauge = gauge('portal_live_watchers', 'Open live streams');
const companiesGauge = gauge('portal_live_companies', 'Companies whose live state is followed');

const NO_ACCOUNTS: ReadonlySet<string> = new Set();

export interface LiveFeed {
  /**
   * Live state of one company as Server-Sent Events: `snapshot`, `delta` (with event ids), `freshness`; see
   * ../src/live/messages.ts. Ends at `signal`, when the reader cancels or stops reading for a minute.
   * @param lastEventId the Last-Event-ID header of a browser that comes back, or null
   * @param accounts addresses of record of the accounts within reach; where all of the company is, nobody asks for them
   * @param part what is told instead of all that is within reach
   */
  stream(
    scope: TenantScope,
    lastEventId: string | null,
    signal: AbortSignal,
    accounts?: ReadonlySet<string>,
    part?: LivePart,
  ): ReadableStream<Uint8Array>;
  /**
   * A company's live state as it stands, as far as the right reaches: at once where somebody watches it, else when the assembler has answered.
   * @returns null when it does not answer
   */
  now(scope: TenantScope, accounts?: ReadonlySet<string>): Promise<LiveState | null>;
  /** On how many screens a board of the company is open, by the streams of this process. */
  screens(scope: TenantScope, board: string): number;
  /** ends every stream */
  close(): void;
}

export interface FeedOptions {
  lingerMs?: number;
}

interface Company {
  state: CompanyState;
  watchers: Set<Watcher>;
  flushedAt: number;
  askedAt: number;
  flushTimer: NodeJS.Timeout | undefined;
  lingerTimer: NodeJS.Timeout | undefined;
  unsubscribe(): void;
}

/** One a process: however many people watch, the bus is asked once for each company. */
export function createLiveFeed(bus: Bus, log: Log, freshness: () => Freshness, options: FeedOptions = {}): LiveFeed {
  const companies = new Map<string, Company>();
  const caseBell = createBell(bus, subjects.cases);
  const toldBell = createBell(bus, subjects.told);
  let warned = false;

  const ask = (tenant: string, company: Company) => {
    const now = performance.now();
    if (now - company.askedAt < ASK_MS || !bus.connected()) return;
    company.askedAt = now;
    bus.nc.publish(subjects.askLive(tenant));
  };

  const flush = (company: Company) => {
    company.flushTimer = undefined;
    if (!company.state.known) return;
    company.flushedAt = performance.now();
    const delta = company.state.delta();
    // who waits for the first snapshot gets it, who has one gets the delta
    for (const watcher of company.watchers) watcher.delta(delta);
  };

  const plan = (company: Company) => {
    if (company.flushTimer || !company.state.known) return;
    const isAwaited = company.state.hasNews || [...company.watchers].some((w) => w.isWaiting);
    if (isAwaited) company.flushTimer = setTimeout(() => flush(company), Math.max(0, company.flushedAt + DELTA_MS - performance.now()));
  };

  const open = (tenant: string): Company => {
    const state = new CompanyState();
    const subscription = bus.nc.subscribe(subjects.live(tenant), {
      callback: (error, message) => {
        const said = error ? null : readLive(message.string());
        if (!said) {
          if (!error && !warned) log.warn('a live message of another version is ignored', { subject: message.subject });
          warned ||= !error;
          return;
        }
        if (said.kind === 'change') state.change(said);
        else state.snapshot(said);
        if (state.isMissing) ask(tenant, company);
        plan(company);
      },
    });
    const company: Company = {
      state,
      watchers: new Set(),
      flushedAt: 0,
      askedAt: Number.NEGATIVE_INFINITY,
      flushTimer: undefined,
      lingerTimer: undefined,
      unsubscribe: () => subscription.unsubscribe(),
    };
    companies.set(tenant, company);
    companiesGauge.set(companies.size);
    ask(tenant, company);
    return company;
  };

  const drop = (tenant: string, company: Company) => {
    company.unsubscribe();
    clearTimeout(company.flushTimer);
    clearTimeout(company.lingerTimer);
    companies.delete(tenant);
    companiesGauge.set(companies.size);
  };

  // another life of an assembler is known by its pulse, even to a company of which it says nothing
  const pulses = bus.nc.subscribe(subjects.allPulses, {
    callback: (error, message) => {
      const pulse = error ? null : readPulse(message.string());
      if (!pulse) return;
      for (const [tenant, company] of companies) if (!company.state.heard(pulse.group, pulse.boot)) ask(tenant, company);
    },
  });
  // what was published while the connection was away is not known to be missing
  let closed = false;
  (async () => {
    for await (const status of bus.nc.status()) {
      if (closed) return;
      if (status.type !== 'reconnect') continue;
      for (const [tenant, company] of companies) {
        company.state.doubt();
        company.askedAt = Number.NEGATIVE_INFINITY;
        ask(tenant, company);
      }
    }
  })().catch(() => undefined);

  let saidFreshness = '';
  let saidAt = 0;
  let commentedAt = 0;
  const beat = setInterval(() => {
    const now = performance.now();
    const text = JSON.stringify(freshness());
    const isDue = text !== saidFreshness || now - saidAt >= FRESHNESS_AT_LEAST_MS;
    const isCommentDue = now - commentedAt >= COMMENT_MS;
    if (isDue) {
      saidFreshness = text;
      saidAt = now;
    }
    if (isCommentDue) commentedAt = now;
    for (const [tenant, company] of companies) {
      if (company.state.isMissing) ask(tenant, company);
      for (const watcher of company.watchers) {
        if (isDue) watcher.freshness(text);
        if (isCommentDue) watcher.comment();
        watcher.giveUpIfStuck(now);
      }
    }
  }, FRESHNESS_MS);

  return {
    stream: ({ tenant, within }, lastEventId, signal, accounts = NO_ACCOUNTS, part) => {
      const company = companies.get(tenant) ?? open(tenant);
      clearTimeout(company.lingerTimer);
      company.lingerTimer = undefined;
      const left = () => {
        if (!company.watchers.delete(watcher)) return;
        for (const end of unhear) end();
        watchersGauge.dec();
        if (company.watchers.size === 0) company.lingerTimer = setTimeout(() => drop(tenant, company), options.lingerMs ?? LINGER_MS);
      };
      const watcher = new Watcher(company.state, left, part ?? (within === undefined ? null : new Narrowed({ ...within, accounts })));
      const unhear = [caseBell.hear(tenant, () => watcher.cases()), toldBell.hear(tenant, () => watcher.told())];
      company.watchers.add(watcher);
      watchersGauge.inc();
      const stream = watcher.open(lastEventId, signal);
      watcher.freshness(JSON.stringify(freshness()));
      return stream;
    },
    now: async ({ tenant, within }, accounts = NO_ACCOUNTS) => {
      const company = companies.get(tenant) ?? open(tenant);
      // forgotten some time after the last question, unless somebody watches
      clearTimeout(company.lingerTimer);
      company.lingerTimer = setTimeout(() => {
        if (company.watchers.size === 0) drop(tenant, company);
      }, options.lingerMs ?? LINGER_MS);
      for (let waited = 0; company.state.isMissing && waited < ANSWER_MS; waited += ANSWER_STEP_MS) {
        ask(tenant, company);
        await pause(ANSWER_STEP_MS);
      }
      if (!company.state.known) return null;
      const [calls, phones] = [company.state.calls(), company.state.phones()];
      return within === undefined ? { calls, phones } : new Narrowed({ ...within, accounts }).snapshot(calls, phones);
    },
    screens: ({ tenant }, board) => [...(companies.get(tenant)?.watchers ?? [])].filter((w) => w.shows(board)).length,
    close: () => {
      closed = true;
      clearInterval(beat);
      pulses.unsubscribe();
      for (const [tenant, company] of companies) {
        for (const watcher of [...company.watchers]) watcher.close();
        drop(tenant, company);
      }
    },
  };
}
