import type { Log } from '@callscope/core/node/log.ts';
import { answeringLeg, type CallPlan } from './edge/call.ts';
import { callEvents } from './edge/events.ts';
import type { EventSender } from './edge/events-out.ts';
import { type HepDatagrams, rtcpHep, sipHep } from './edge/hep-out.ts';
import { RTCP_EVERY_US, rtcpPacket } from './edge/rtcp.ts';
import { callPackets } from './edge/sip.ts';
import type { Recording, Spool } from './edge/spool.ts';
import { type CompanyPlan, planDay } from './plan/day.ts';
import { Timeline } from './plan/timeline.ts';
import { addDays, dateOf, midnightOf } from './plan/zone.ts';
import { Registrar } from './registrar.ts';

/** the media relay writes what it has received this often */
const MEDIA_EVERY_US = 5_000_000;
const LONGEST_SLEEP_MS = 500;
/** the next day is planned this long before it begins */
const PLAN_AHEAD_MS = 120_000;

export interface LiveOut {
  events: Pick<EventSender, 'send'>;
  hep: Pick<HepDatagrams, 'send'>;
  spool: Spool | null;
}

/** Something that happens at a moment, µs since the epoch. */
interface Happening {
  at: number;
  run(): void;
}

/**
 * The same companies in real time: what a plan says of a call happens when it says so, at the real ports. A call that
 * was in progress at the start begins with what it is late with.
 */
export class Live {
  readonly #plans: readonly CompanyPlan[];
  readonly #out: LiveOut;
  readonly #log: Log;
  #timeline = new Timeline<Happening>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #open = new Map<string, CallPlan>();
  #recordings = new Map<string, Recording>();
  #since = 0;
  /** calls that ended */
  ended = 0;

  constructor(plans: readonly CompanyPlan[], out: LiveOut, log: Log) {
    this.#plans = plans;
    this.#out = out;
    this.#log = log;
  }

  get inProgress(): number {
    return this.#open.size;
  }

  /** @param since ms since the epoch: calls that end after it */
  start(since: number): void {
    this.#since = since * 1_000;
    const registrar = new Registrar({
      later: (at, run) => this.#timeline.add({ at, run }),
      send: (events) => void this.#out.events.send(events),
    });
    registrar.start(this.#plans, since);
    for (const plan of this.#plans) this.#day(plan, dateOf(plan.company.zone, since));
    this.#tick();
  }

  /** Nothing more is sent. Calls in progress are left as they are: a next start of the demo ends them. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const recording of this.#recordings.values()) recording.finish(Date.now() * 1_000);
    this.#recordings.clear();
  }

  #day(plan: CompanyPlan, date: string): void {
    let calls = 0;
    for (const call of planDay(plan, date)) {
      if (call.endedAt <= this.#since) continue;
      calls++;
      this.#timeline.add({ at: call.startedAt - 3_000, run: () => this.#begin(call, plan) });
    }
    const next = addDays(date, 1);
    this.#timeline.add({ at: (midnightOf(plan.company.zone, next) - PLAN_AHEAD_MS) * 1_000, run: () => this.#day(plan, next) });
    this.#log.debug('a day of live calls is planned', { tenant: plan.company.id, date, calls });
  }

  #begin(call: CallPlan, { company }: CompanyPlan): void {
    const { callId } = call;
    this.#open.set(callId, call);
    for (const packet of callPackets(call)) this.#timeline.add({ at: packet.at, run: () => this.#out.hep.send(sipHep(callId, packet)) });
    // nobody records where there is no spool, nor what was answered before the demo began
    call.recorded &&= this.#out.spool !== null && call.answeredAt > Date.now() * 1_000;
    for (const event of callEvents(call)) this.#timeline.add({ at: event.at, run: () => void this.#out.events.send([event]) });
    this.#timeline.add({
      at: call.endedAt + 2_000,
      run: () => {
        this.#open.delete(callId);
        this.ended++;
      },
    });
    if (!answeringLeg(call)) return;
    const late = Date.now() * 1_000;
    for (const party of [0, 1] as const)
      for (let at = call.answeredAt + RTCP_EVERY_US + party * 310_000; at < call.endedAt; at += RTCP_EVERY_US)
        if (at > late) this.#timeline.add({ at, run: () => this.#out.hep.send(rtcpHep(callId, rtcpPacket(call, party, at))) });
    if (call.recorded && this.#out.spool) this.#record(call, company.locale, this.#out.spool);
  }

  #record(call: CallPlan, language: 'ru' | 'en', spool: Spool): void {
    this.#timeline.add({ at: call.answeredAt, run: () => void this.#recordings.set(call.callId, spool.begin(call, language)) });
    for (let at = call.answeredAt + MEDIA_EVERY_US; at < call.endedAt; at += MEDIA_EVERY_US)
      this.#timeline.add({ at, run: () => this.#recordings.get(call.callId)?.advance(at) });
    this.#timeline.add({
      at: call.endedAt + 300,
      run: () => {
        this.#recordings.get(call.callId)?.finish(call.endedAt);
        this.#recordings.delete(call.callId);
      },
    });
  }

  #tick = (): void => {
    if (this.#stopped) return;
    const now = Date.now() * 1_000;
    while (this.#timeline.next <= now) {
      const happening = this.#timeline.take();
      try {
        happening?.run();
      } catch (error) {
        this.#log.error('a live call went wrong', { error });
      }
    }
    const wait = Math.min(LONGEST_SLEEP_MS, Math.max(1, (this.#timeline.next - Date.now() * 1_000) / 1_000));
    this.#timer = setTimeout(this.#tick, wait);
  };
}
