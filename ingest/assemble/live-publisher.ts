import { randomBytes } from 'node:crypto';
import type { Fact } from '@callscope/core/bus/facts.ts';
import { LIVE_VERSION, type Pulse } from '@callscope/core/bus/live.ts';
import { subjects } from '@callscope/core/bus/streams.ts';
import { UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { Directories } from '@callscope/core/domain/directory.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { Block, Revision } from './block.ts';
import type { Conversation } from './conversation.ts';
import { changeMessages, LiveProjection, NO_NEWS, snapshotMessages } from './live.ts';
import type { Phones } from './phones.ts';

/** Changes are folded and published at most this often, by the wall clock. */
const FLUSH_MS = 200;
/** The first change after a pause waits for those that come with it (events and packets of one step). */
const GATHER_MS = 20;
/** While the assembler is more than a second behind the stream: assembling goes first, and what was true then is no news. */
const BEHIND_MS = 1_000;
const BEHIND_FLUSH_MS = 2_000;
/** Of each flush, so that live state never takes more than a fifth of the assembler; the rest waits for the next. */
const BUDGET_MS = 40;
const FOLDS_AT_ONCE = 50;
const SNAPSHOT_MS = 5_000;
/** Snapshots of all companies together say at most this many calls and phones a second: with very many they come less often. */
const SNAPSHOT_CALLS_PER_S = 1_000;
/** The same company is not answered more often than this. */
const ANSWER_MS = 100;
const PULSE_MS = 1_000;

const foldsTotal = counter('assembler_live_folds_total', 'Open conversations folded for live state');
const liveSeconds = counter('assembler_live_seconds_total', 'Time spent on live state');
const shownCalls = gauge('assembler_live_calls', 'Calls in progress as published');

export interface LiveSource {
  group: string;
  directories: Directories;
  phones: Phones;
  open(): Iterable<Conversation>;
  /** stream time applied, ms; how many messages of FACTS wait; time of the one being applied, ms, 0 = none */
  progress(): { streamTime: number; pendingMessages: number; inHand: number };
}

export interface LivePublisher {
  /** see BookOptions.onChange */
  changed(conversation: Conversation, fact?: Fact): void;
  /** see BookOptions.onJoin */
  joined(gone: Conversation, into: Conversation): void;
  /** a message with facts was applied, at this time of the bus, ms */
  applied(streamTime: number): void;
  /** a block waits for the store */
  cut(block: Block): void;
  /** the store has accepted it */
  written(block: Block): void;
  revised(revisions: readonly Revision[]): void;
  /** a directory changed: people and companies of open calls may be others */
  lookAgain(): void;
  /** phones were registered, or are no longer */
  phonesChanged(): void;
  /** begins to publish, with a snapshot of every company: what an earlier life said is over */
  start(): void;
  stop(): void;
}

/** Live state and pulse of the active assembler of a group. Losing a message is no harm: readers see it and ask. */
export function createLivePublisher(bus: Bus, log: Log, source: LiveSource): LivePublisher {
  const { group, directories, phones } = source;
  const boot = `${Date.now().toString(36)}${randomBytes(4).toString('hex')}`;
  const projection = new LiveProjection(directories);
  const sequences = new Map<string, number>();
  const snapshotAt = new Map<string, number>();
  /** changed since their last snapshot */
  const stale = new Set<string>();
  const asked = new Set<string>();
  /** blocks that wait for the store: sequence -> when they were cut, by performance.now() */
  const waiting = new Map<number, number>();
  let lastFactsAt = 0;
  let started = false;
  let stopped = false;
  let announced = false;
  let flushedAt = 0;
  let flushTimer: NodeJS.Timeout | undefined;
  let answerTimer: NodeJS.Timeout | undefined;

  const send = (subject: string, text: string) => {
    try {
      bus.nc.publish(subject, text);
    } catch (error) {
      log.debug('live state was not published', { error: errorText(error) });
    }
  };

  const isBehind = () => {
    const { streamTime, pendingMessages } = source.progress();
    return pendingMessages > 0 && Date.now() - streamTime > BEHIND_MS;
  };

  const plan = () => {
    if (!started || stopped || flushTimer) return;
    flushTimer = setTimeout(flush, Math.max(GATHER_MS, FLUSH_MS - (performance.now() - flushedAt)));
  };

  const tell = () => {
    if (!bus.connected()) return;
    const calls = projection.take();
    const registered = phones.takeNews();
    for (const tenant of new Set([...calls.keys(), ...registered.keys()])) {
      const news = { ...NO_NEWS, ...calls.get(tenant), ...registered.get(tenant) };
      let seq = sequences.get(tenant) ?? 0;
      const head = () => ({ group, boot, seq: ++seq });
      for (const text of changeMessages(news, head)) send(subjects.live(tenant), text);
      sequences.set(tenant, seq);
      stale.add(tenant);
    }
  };

  const flush = () => {
    flushTimer = undefined;
    if (stopped) return;
    const began = performance.now();
    if (isBehind() && began - flushedAt < BEHIND_FLUSH_MS) {
      flushTimer = setTimeout(flush, FLUSH_MS);
      return;
    }
    flushedAt = began;
    for (let n = FOLDS_AT_ONCE; n === FOLDS_AT_ONCE && performance.now() - began < BUDGET_MS; ) {
      n = projection.fold(FOLDS_AT_ONCE);
      foldsTotal.inc(n);
    }
    tell();
    // everything that was open when this life began has been looked at
    if (!announced && projection.dirtyCount === 0 && bus.connected()) announce();
    liveSeconds.inc((performance.now() - began) / 1_000);
    shownCalls.set(projection.shownCount);
    if (projection.dirtyCount > 0) plan();
  };

  const isCompany = (tenant: string) => tenant === UNASSIGNED || directories.tenant(tenant) !== undefined;
  const snapshot = (tenant: string) => {
    const seq = sequences.get(tenant) ?? 0;
    for (const text of snapshotMessages(projection.snapshot(tenant), phones.snapshot(tenant), { group, boot, seq }))
      send(subjects.live(tenant), text);
    // a name that is no company's is answered and forgotten
    if (isCompany(tenant)) snapshotAt.set(tenant, performance.now());
    stale.delete(tenant);
    asked.delete(tenant);
  };

  const announce = () => {
    announced = true;
    for (const tenant of [UNASSIGNED, ...directories.tenants().map((t) => t.id)]) snapshot(tenant);
  };

  /** The regular ones: of companies that have calls in progress or had a change since. */
  const snapshots = () => {
    const every = Math.max(SNAPSHOT_MS, ((projection.shownCount + phones.count) / SNAPSHOT_CALLS_PER_S) * 1_000);
    const due = performance.now() - every;
    for (const tenant of new Set([...stale, ...projection.tenants])) if ((snapshotAt.get(tenant) ?? 0) <= due) snapshot(tenant);
  };

  const answer = () => {
    answerTimer = undefined;
    if (stopped || !bus.connected()) return;
    for (const tenant of [...asked]) snapshot(tenant);
  };
  const questions = bus.nc.subscribe(subjects.allAskLive, {
    callback: (error, message) => {
      const tenant = subjects.tenantAsked(message?.subject ?? '');
      // before the first look nothing is known; the announcement answers
      if (error || !announced) return;
      const idle = performance.now() - (snapshotAt.get(tenant) ?? Number.NEGATIVE_INFINITY);
      if (idle >= ANSWER_MS) snapshot(tenant);
      else {
        asked.add(tenant);
        answerTimer ??= setTimeout(answer, ANSWER_MS);
      }
    },
  });

  const pulse = () => {
    if (!started || !bus.connected()) return;
    const { streamTime, pendingMessages, inHand } = source.progress();
    const at = Date.now();
    let lagMs = pendingMessages > 0 && streamTime > 0 ? at - streamTime : 0;
    if (inHand > 0) lagMs = Math.max(lagMs, at - inHand);
    const [oldest] = waiting.values();
    if (oldest !== undefined) lagMs = Math.max(lagMs, performance.now() - oldest);
    const said: Pulse = {
      ...{ v: LIVE_VERSION, group, boot, at, streamTime, lastFactsAt, pendingMessages },
      lagSeconds: Math.max(0, Math.round(lagMs) / 1_000),
    };
    send(subjects.pulse(group), JSON.stringify(said));
    // what could not be said while the bus was away
    tell();
    if (announced) snapshots();
    else plan();
  };
  const pulses = setInterval(pulse, PULSE_MS);

  return {
    joined: (gone, into) => {
      projection.joined(gone, into);
      plan();
    },
    changed: (conversation, fact) => {
      projection.changed(conversation, fact);
      if (!flushTimer && projection.dirtyCount > 0) plan();
    },
    applied: (streamTime) => {
      lastFactsAt = streamTime;
    },
    cut: (block) => void waiting.set(block.seq, performance.now()),
    written: (block) => {
      waiting.delete(block.seq);
      projection.written(block.rows, block.revisions);
      // blocks are far enough apart, and the snapshot that ends this block's repetition must not be saved before this is said
      tell();
    },
    revised: (revisions) => {
      projection.written([], revisions);
      tell();
    },
    phonesChanged: plan,
    lookAgain: () => {
      for (const conversation of source.open()) projection.changed(conversation);
      plan();
    },
    start: () => {
      started = true;
      flushedAt = performance.now();
      lastFactsAt ||= source.progress().streamTime;
      for (const conversation of source.open()) projection.changed(conversation);
      pulse();
      plan();
    },
    stop: () => {
      stopped = true;
      clearInterval(pulses);
      clearTimeout(flushTimer);
      clearTimeout(answerTimer);
      questions.unsubscribe();
    },
  };
}
