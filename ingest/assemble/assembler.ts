import { hostname } from 'node:os';
import { decodeFacts, encodeFacts, type Fact, FactsError } from '@callscope/core/bus/facts.ts';
import { FACTS, KV, subjects } from '@callscope/core/bus/streams.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import type { Health, Service } from '@callscope/core/node/lifecycle.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import { CallWriter } from '../write/call-writer.ts';
import { publishDeadLetter } from '../write/dlq.ts';
import { sumLedgerDays } from '../write/ledger-days.ts';
import { writeRegistrations } from '../write/registration-writer.ts';
import { untilDone } from '../write/retry.ts';
import { announce } from './announce.ts';
import type { Fates, Revision } from './block.ts';
import { Book } from './book.ts';
import type { Conversation } from './conversation.ts';
import { type DirectoryChange, followDirectories } from './directory-feed.ts';
import { createDirectoryUse } from './directory-use.ts';
import { makeRoom, streamIdentity } from './facts-stream.ts';
import { acquireLease } from './lease.ts';
import { createLivePublisher } from './live-publisher.ts';
import { createPaceKeeper, encodePace, paceOf } from './pace.ts';
import { createRegistrations } from './registrations.ts';
import { findWritten } from './reload.ts';
import { resolveWritten } from './reresolve.ts';
import { captureBook, decodeSnapshot, encodeSnapshot, type Snapshot } from './snapshot.ts';
import { createTicks } from './ticks.ts';
import { createWriteQueue } from './write-queue.ts';

export interface AssemblerSettings {
  group: string;
  snapshotMs: number;
  dialogLimitMs: number;
  keepMs: number;
  memoryBytes: number;
}

const openCalls = gauge('assembler_open_conversations', 'Conversations that have not settled');
const keptCalls = gauge('assembler_settled_conversations', 'Written conversations kept in memory for late facts');
const lagGauge = gauge('assembler_lag_seconds', 'Age of the last fact batch applied while more wait');
const factsTotal = counter('assembler_facts_total', 'Facts applied, by fate', ['fate']);
const callsTotal = counter('assembler_calls_total', 'Rows handed to the store', ['kind']);

/** Messages that wait come within this. */
const QUIET_MS = 1_000;

/**
 * FACTS -> conversations -> blocks. One instance is active under the group's lease, others wait. Position and open
 * conversations come from the last snapshot; whatever was applied after it is applied again and gives the same blocks.
 */
export async function runAssembler(service: Service, bus: Bus, store: ClickHouseClient, settings: AssemblerSettings): Promise<void> {
  const { log } = service;
  const holder = `${hostname()}-${service.instance}-${process.pid}-${Date.now()}`;
  const key = `assembler.${settings.group}`;
  const [leases, applied, ledger, snapshots] = await Promise.all([
    bus.kv(KV.leases),
    bus.kv(KV.applied),
    bus.kv(KV.ledger),
    bus.snapshots(),
  ]);

  let health: Health = { failing: null, detail: 'standing by' };
  service.setHealth(() => (bus.connected() ? health : { failing: 'nats', detail: 'the bus is away' }));
  const lease = await acquireLease(leases, key, holder, log, service.stopping);
  if (!lease) return;
  health = { failing: 'assembler', detail: 'loading' };
  lease.lost.then(() => {
    if (service.stopping.aborted) return;
    // nothing may be written after the lease is gone; the launcher starts this instance again as a standby
    process.exit(1);
  });

  const info = await bus.jsm.streams.info(FACTS.name);
  const saved = await snapshots.getBlob(key);
  const snapshot = saved ? readSnapshot(saved, log) : null;
  const anew = snapshot !== null && snapshot.state.seq > info.state.last_seq;
  const stream = await streamIdentity(ledger, settings.group, anew);
  const named = `${settings.group}-${stream}`;
  const writer = new CallWriter(store, log, service.stopping, named, async ({ table, row, reason }) => {
    log.error('the store refuses a row, it goes to the dead letters', { table, error: reason });
    // for people: what it was made of is still among the raw rows, so there is nowhere to send it again
    await publishDeadLetter(bus, { step: `write-${table}`, reason, subject: '', bytes: Buffer.from(JSON.stringify(row)) });
  });
  const changes: DirectoryChange[] = [];
  const feed = await followDirectories(bus, log, (change) => {
    changes.push(change);
    queueChanges();
  });
  const directories = feed.directories;
  const queue = createWriteQueue(log, service.stopping);
  const registrations = createRegistrations(directories, queue, (rows, at) =>
    writeRegistrations(store, rows, at, { log, stopping: service.stopping }),
  );
  const { phones } = registrations;
  const live = createLivePublisher(bus, log, {
    group: settings.group,
    directories,
    phones,
    open: () => book.open(),
    progress: () => ({ streamTime: book.state.time, pendingMessages, inHand }),
  });
  const book = new Book({
    rules: { dialogLimitMs: settings.dialogLimitMs },
    keepMs: settings.keepMs,
    memoryBytes: settings.memoryBytes,
    directories,
    onPoison: (conversation, error) => bury('fold', conversation, error),
    onChange: live.changed,
    onRegistration: (fact) => phones.apply(fact),
    onJoin: live.joined,
  });

  const bury = (step: string, conversation: Conversation, error: unknown) => {
    log.error('a conversation cannot be folded, it goes to the dead letters', { callId: conversation.callId, error: errorText(error) });
    // as a batch of FACTS, so that it can be sent there again
    const bytes = encodeFacts({ decoder: 'dlq', boot: 0, firstN: 0, facts: [...conversation.facts] });
    queue.add('writing a dead letter', () =>
      publishDeadLetter(bus, { step, reason: errorText(error), subject: subjects.facts(settings.group), bytes }),
    );
  };

  // --- directories: what is in memory at once, what is written after the blocks before it; then it is in use
  const uses = createDirectoryUse({
    ...{ book, directories, queue, applied, log, stopping: service.stopping },
    resolve: (stretch, after, pages) => resolveWritten(store, directories, stretch, revise, after, pages),
  });
  const revise = async (revisions: Revision[], superseded: CallRow[]) => {
    await writer.revise(revisions, superseded);
    await announce(bus, `${named}-directory`, { revisions });
    live.revised(revisions);
  };
  const queueChanges = () => {
    for (let change = changes.shift(); change; change = changes.shift()) {
      uses.take(change);
      phones.lookAgain();
      live.lookAgain();
    }
    uses.applyWritten();
  };
  for (const { id } of directories.tenants()) {
    const snapshot = directories.snapshot(id);
    if (snapshot) await uses.resume(snapshot, (change) => changes.push(change));
  }

  // --- where the last life stopped
  book.state.stream = stream;
  if (anew) {
    log.error('the FACTS stream was made anew since the snapshot, beginning at its start', {
      snapshot: snapshot.state.seq,
      stream: info.state.last_seq,
    });
    book.state.lookupBefore = Date.now();
  } else if (snapshot) {
    book.restore(snapshot.state, snapshot.open, snapshot.settled);
    phones.restore(snapshot.phones);
    if (info.state.first_seq > snapshot.state.seq + 1 && info.state.messages > 0) {
      log.error('facts between the snapshot and the stream have expired', { snapshot: snapshot.state.seq, stream: info.state.first_seq });
    }
  } else if (info.state.messages > 0) {
    // a stream without a snapshot: whatever it holds may be written already
    book.state.lookupBefore = Date.now();
  }
  log.info('active', { fromSequence: book.state.seq + 1, open: book.openCount });
  queueChanges();

  const ticks = createTicks(async () => {
    await bus.js.publish(subjects.tick(settings.group), new Uint8Array());
  });
  const pace = createPaceKeeper(book.state.paceMs, async (ms) => {
    await bus.js.publish(subjects.tick(settings.group), encodePace(ms));
    log.info('blocks of calls are cut at another pace from here on', { everyMs: ms });
  });
  /** the store was waited for since the last look */
  let waited = false;
  let lastSnapshotSeq = book.state.seq;
  // a quiet stream still gets its snapshot: facts that only an old snapshot precedes would expire one day
  const nextDue = () =>
    Math.min(
      book.nextDue(),
      registrations.nextDue(),
      book.state.seq > lastSnapshotSeq ? book.state.lastSnapshot + settings.snapshotMs : Number.POSITIVE_INFINITY,
    );
  let pendingMessages = 0;
  /** time of the message that is being applied, ms; 0 = none: it may wait for the store */
  let inHand = 0;
  /** when the last message was done with, by performance.now() */
  let doneAt = performance.now();
  /** in blocks that the store has not accepted yet: settled, and still in flight for the ledger */
  const unwritten = { calls: 0, security: 0 };

  const onMessage = async (message: JsMsg) => {
    const facts = read(message);
    const time = Number(message.timestampNanos / 1_000_000n);
    inHand = time;
    // the store's clock of the first message: nothing before it can be known to be new
    if (book.state.lookupBefore === 0) book.state.lookupBefore = time - settings.keepMs;
    const unknown = book.unknown(facts);
    if (unknown.length > 0) {
      const found = await untilDone('looking late calls up', log, service.stopping, () => findWritten(store, unknown));
      for (const written of found) book.adopt(written.callIds, written.facts, written.rows);
    }
    book.apply(message.seq, time, facts);
    if (facts.length > 0) live.applied(time);
    const snapshotDue = book.state.time - book.state.lastSnapshot >= settings.snapshotMs;
    const block = book.cut(snapshotDue);
    if (block) {
      callsTotal.inc({ kind: 'new' }, block.rows.length);
      callsTotal.inc({ kind: 'revised' }, block.revisions.length);
      unwritten.calls += block.rows.length;
      unwritten.security += block.security.length;
      live.cut(block);
      queue.add('writing a block of calls', async () => {
        const buried = await writer.write(block);
        book.state.calls.stored -= buried;
        book.state.calls.deadLettered += buried;
        book.flushedSeq = block.seq;
        unwritten.calls -= block.rows.length;
        unwritten.security -= block.security.length;
        live.written(block);
        if (log.isDebug)
          for (const { id, callIds, tenant } of block.rows) log.debug('written', { callId: id, callIds, tenant, block: block.seq });
      });
      queue.add('telling of a block of calls', () => announce(bus, `${named}-${block.seq}`, block));
    } else if (queue.isEmpty && book.pendingRows === 0) book.flushedSeq = book.state.seq;
    uses.applyWritten();
    registrations.passed(book.state.time, snapshotDue);
    if (phones.hasNews) live.phonesChanged();
    if (snapshotDue) {
      book.state.lastSnapshot = book.state.time;
      saveSnapshot();
    }
    // at the server when this one was sent, and fetched since
    pendingMessages = message.info.pending + messages.getPending();
    ticks.plan(nextDue(), book.state.time, pendingMessages === 0);
    waited ||= queue.isFull;
    await queue.room();
    inHand = 0;
    doneAt = performance.now();
  };

  /**
   * How many messages wait is said by each one as it was sent, and under load the last one has been seen to say one too many
   * (nats-server 2.9): then nobody would bring the time. Where nothing comes, the stream itself is asked.
   */
  const askWhetherMoreWait = async () => {
    if (pendingMessages === 0 || inHand !== 0 || performance.now() - doneAt < QUIET_MS) return;
    const last = await bus.jsm.streams.getMessage(FACTS.name, { last_by_subj: subjects.allFacts(settings.group) });
    if (inHand !== 0 || (last?.seq ?? 0) > book.state.seq) return;
    pendingMessages = 0;
    ticks.plan(nextDue(), book.state.time, true);
  };

  const read = (message: JsMsg): Fact[] => {
    if (message.data.length === 0) return [];
    if (message.subject === subjects.tick(settings.group)) {
      book.state.paceMs = paceOf(message.data) ?? book.state.paceMs;
      return [];
    }
    try {
      return decodeFacts(message.data).facts;
    } catch (error) {
      if (!(error instanceof FactsError)) throw error;
      const bytes = message.data.slice();
      book.state.facts.deadLettered++;
      book.state.facts.received++;
      log.error('a fact batch cannot be read, it goes to the dead letters', { sequence: message.seq, error: errorText(error) });
      queue.add('writing a dead letter', () =>
        publishDeadLetter(bus, { step: 'facts', reason: errorText(error), subject: message.subject, bytes }),
      );
      return [];
    }
  };

  let saving = false;
  const saveSnapshot = () => {
    // a book that takes long to save is saved less often
    if (saving) return;
    saving = true;
    const capture = captureBook(book, phones.saved());
    lastSnapshotSeq = capture.seq;
    queue.add('saving a snapshot', async () => {
      // a backup has to know of which moment it is without reading it
      const metadata = { seq: String(capture.seq), timeMs: String(capture.timeMs) };
      await snapshots.putBlob({ name: key, metadata }, await encodeSnapshot(capture));
      saving = false;
      await makeRoom(bus, settings.group, capture.seq);
    });
  };

  // --- the ledger's part, once a second while something changes
  let lastLedger = '';
  let counted = { stored: 0, duplicate: 0 };
  const report = setInterval(() => {
    askWhetherMoreWait().catch((error) => log.debug('the stream does not say what waits', { error: errorText(error) }));
    openCalls.set(book.openCount);
    keptCalls.set(book.settledCount);
    const lagSeconds = pendingMessages > 0 ? Math.max(0, (Date.now() - book.state.time) / 1000) : 0;
    lagGauge.set(lagSeconds);
    pace.look(lagSeconds, waited);
    waited = queue.isFull;
    factsTotal.inc({ fate: 'stored' }, Math.max(0, book.state.facts.stored - counted.stored));
    factsTotal.inc({ fate: 'duplicate' }, Math.max(0, book.state.facts.duplicate - counted.duplicate));
    counted = { stored: book.state.facts.stored, duplicate: book.state.facts.duplicate };
    const text = JSON.stringify({
      facts: { ...book.state.facts, inFlight: 0 },
      calls: callFates(book, unwritten),
      pendingMessages,
      lagSeconds,
    });
    if (text === lastLedger) return;
    ledger.put(key, JSON.stringify({ at: new Date().toISOString(), ...(JSON.parse(text) as object) })).then(
      () => {
        lastLedger = text;
      },
      () => undefined,
    );
  }, 1_000);

  // the one active process looks after the ledger's past, between blocks
  const sumPast = () => queue.add('summing past days of the ledger', async () => void (await sumLedgerDays(store)));
  sumPast();
  const hourly = setInterval(sumPast, 3_600_000);

  const consumer = await bus.js.consumers.get(FACTS.name, {
    filter_subjects: subjects.allFacts(settings.group),
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: book.state.seq + 1,
  });
  const messages = await consumer.consume({ max_messages: 500 });
  health = { failing: null, detail: 'active' };
  const last = await bus.jsm.streams.getMessage(FACTS.name, { last_by_subj: subjects.allFacts(settings.group) });
  // what waits for a new life, before its first message tells
  if (book.state.time > 0) pendingMessages ||= Math.max(0, (last?.seq ?? 0) - book.state.seq);
  live.start();
  ticks.plan(nextDue(), book.state.time, true);
  const loop = (async () => {
    for await (const message of messages) {
      if (service.stopping.aborted) break;
      await onMessage(message);
    }
  })();
  loop.catch((error) => {
    if (service.stopping.aborted) return;
    log.error('the assembler failed', { error: error instanceof Error ? error.stack : String(error) });
    process.exit(1);
  });

  service.onStop('assembler', async () => {
    ticks.stop();
    clearInterval(report);
    clearInterval(hourly);
    await messages.close();
    await loop.catch(() => undefined);
    // no last block and no last snapshot: a block that the stream did not cut would be cut differently by the next life
    await queue.drained();
    live.stop();
    await feed.stop();
    await lease.release();
  });
}

/** Without a snapshot everything is applied from the stream's beginning and looked up in the store: slower, not wrong. */
function readSnapshot(bytes: Uint8Array, log: Log): Snapshot | null {
  try {
    return decodeSnapshot(bytes);
  } catch (error) {
    log.error('the snapshot cannot be read, beginning without it', { error });
    return null;
  }
}

/** What became of the conversations, by what the store has accepted: a call in a block under way is in flight. */
function callFates(book: Book, unwritten: { calls: number; security: number }): Fates & { inFlight: number } {
  const { calls } = book.state;
  const waiting = { calls: unwritten.calls + book.uncut.calls, security: unwritten.security + book.uncut.security };
  const { security = 0, ...dropped } = calls.dropped;
  const written = security - waiting.security;
  return {
    ...calls,
    stored: calls.stored - waiting.calls,
    dropped: written > 0 ? { ...dropped, security: written } : dropped,
    inFlight: book.inFlight + waiting.calls + waiting.security,
  };
}
