import type { CallPlan } from './edge/call.ts';
import { callEvents } from './edge/events.ts';
import type { EventSender } from './edge/events-out.ts';
import { type HepStream, sipHep } from './edge/hep-out.ts';
import { callPackets, invitePackets } from './edge/sip.ts';
import type { Spool } from './edge/spool.ts';
import type { Pace } from './pace.ts';
import { type CompanyPlan, planDay } from './plan/day.ts';
import { addDays, dateOf, midnightOf } from './plan/zone.ts';
import type { Rest } from './rest.ts';

/** Which calls of the past are to be sent. Times in ms since the epoch. */
export interface HistoryJob {
  plans: readonly CompanyPlan[];
  /** calls that ended until then; those in progress are live */
  until: number;
  /** and after this */
  after: number;
  /** company days, counted back from `until`, 0 = that day: from this one (the newest) … */
  firstDay: number;
  /** … to this one, not included */
  endDay: number;
  /** as many of the newest days come with their signalling */
  signallingDays: number;
}

export interface HistoryOut {
  events: Pick<EventSender, 'send' | 'drained'>;
  hep: Pick<HepStream, 'send'>;
  pace: Pick<Pace, 'take' | 'sent'>;
  /** null: nothing is recorded */
  spool: Pick<Spool, 'begin'> | null;
}

const BATCH_CALLS = 40;
/**
 * Calls of each company, the newest ones, that come with their recordings, and the longest of them. All others say that the rule was off:
 * a year of audio takes more room than a demo should.
 */
const RECORDED_OF_EACH = 20;
const LONGEST_RECORDED_US = 180 * 1e6;
/** packets get so much of a start on the events that end their call: a receiver collects packets for 20 ms */
const EVENTS_LATER_MS = 40;

/** Calls of one day back, of all companies, by start. */
export function callsOfDay(job: HistoryJob, day: number): CallPlan[] {
  return job.plans
    .flatMap((plan) => planDay(plan, addDays(dateOf(plan.company.zone, job.until), -day)))
    .filter((call) => call.endedAt <= job.until * 1_000 && call.endedAt > job.after * 1_000)
    .sort((a, b) => a.startedAt - b.startedAt);
}

export function countCalls(job: HistoryJob): number {
  let count = 0;
  for (let day = job.firstDay; day < job.endDay; day++) count += callsOfDay(job, day).length;
  return count;
}

/**
 * Sends the past through the same ports as live calls, newest day first, so that what people look at first is there
 * first. Older days are events only, but for the INVITEs of outbound calls: no event names the number that was shown.
 * @param onDay a whole day is stored by the bus
 * @returns Call-IDs by company
 */
export async function sendHistory(
  job: HistoryJob,
  out: HistoryOut,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
  onDay: (day: number) => void = () => undefined,
): Promise<Map<string, Set<string>>> {
  const sent = new Map<string, Set<string>>(job.plans.map((p) => [p.company.id, new Set()]));
  const companies = new Map(job.plans.map(({ company }) => [company.id, { locale: company.locale, left: RECORDED_OF_EACH }]));
  let count = 0;
  for (let day = job.firstDay; day < job.endDay && !signal.aborted; day++) {
    const calls = callsOfDay(job, day);
    for (const call of calls.toReversed()) {
      const company = companies.get(call.tenant);
      const isShort = call.answeredAt > 0 && call.endedAt - call.answeredAt <= LONGEST_RECORDED_US;
      call.recorded &&= out.spool !== null && isShort && company !== undefined && company.left-- > 0;
    }
    for (let i = 0; i < calls.length && !signal.aborted; i += BATCH_CALLS) {
      const batch = calls.slice(i, i + BATCH_CALLS);
      const packets = batch.flatMap((call) => {
        const of = day < job.signallingDays ? callPackets(call) : call.direction === 'out' ? invitePackets(call) : [];
        return of.map((p) => sipHep(call.callId, p));
      });
      const events = batch.flatMap(callEvents);
      await out.pace.take(batch.length, signal);
      if (signal.aborted) break;
      await out.hep.send(packets);
      // a call that is over by its events is written at once; packets that came after would revise it
      if (packets.length > 0) await new Promise((done) => setTimeout(done, EVENTS_LATER_MS));
      await out.events.send(events);
      for (const call of batch) if (call.recorded) out.spool?.begin(call, companies.get(call.tenant)?.locale ?? 'ru').finish(call.endedAt);
      const last = batch.at(-1);
      if (last) out.pace.sent(last);
      for (const call of batch) sent.get(call.tenant)?.add(call.callId);
      count += batch.length;
      onProgress(count);
    }
    await out.events.drained();
    if (!signal.aborted) onDay(day);
  }
  return sent;
}

/** Company days between two moments, that of `from` included. */
export function daysSince(plans: readonly CompanyPlan[], from: number, until: number): number {
  return Math.max(
    1,
    ...plans.map(
      ({ company: { zone } }) =>
        Math.round((midnightOf(zone, dateOf(zone, until)) - midnightOf(zone, dateOf(zone, from))) / 86_400_000) + 1,
    ),
  );
}

export interface Verdict {
  sent: number;
  stored: number;
  ledgerClosed: boolean;
  deadLetters: number;
}

const VERIFY_LIMIT_MS = 60_000;

/** Asks REST for every call that was sent, and the ledger whether it is closed; waits a little for what is on its way. */
export async function verifyHistory(
  rest: Rest,
  sent: ReadonlyMap<string, ReadonlySet<string>>,
  job: HistoryJob,
  signal: AbortSignal,
): Promise<Verdict> {
  const total = [...sent.values()].reduce((sum, ids) => sum + ids.size, 0);
  const limit = performance.now() + VERIFY_LIMIT_MS;
  const from = job.until - (job.endDay + 1) * 86_400_000;
  const verdict: Verdict = { sent: total, stored: 0, ledgerClosed: false, deadLetters: 0 };
  const wait = () => new Promise((done) => setTimeout(done, 500));
  while (!signal.aborted) {
    const ledger = await rest.ledger();
    const busy = ledger.stages.some((s) => s.stage === 'assemble' && s.lagSeconds > 1);
    if (!busy || performance.now() > limit) break;
    await wait();
  }
  while (!signal.aborted) {
    let stored = 0;
    for (const [tenant, ids] of sent) {
      const found = new Set<string>();
      for await (const id of rest.callIds(tenant, from, job.until + 1_000)) if (ids.has(id)) found.add(id);
      stored += found.size;
    }
    const ledger = await rest.ledger();
    Object.assign(verdict, { stored, ledgerClosed: ledger.closed, deadLetters: ledger.deadLetters });
    if ((stored === total && ledger.closed) || performance.now() > limit) break;
    await wait();
  }
  return verdict;
}
