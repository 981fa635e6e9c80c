import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '@callscope/core/node/log.ts';
import { Random } from '../plan/random.ts';
import { answeringLeg, type CallPlan, digits, legName, mediaPorts, numberFrom, RELAY } from './call.ts';
import { ALAW_SILENCE } from './g711.ts';
import { partyIp, RTCP_EVERY_US, receptionAt, ssrcOf } from './rtcp.ts';
import { type Flow, FRAME_SAMPLES, FRAME_US, PCAP_HEADER, rtcpRecord, rtpRecord } from './rtp.ts';
import type { Language, Speech } from './speech.ts';

/** Files of demo calls, whoever left them: Call-ID of a demo address, percent-encoded, and 16 hex digits. */
const OURS = /^[0-9a-f]{24}%40(?:198\.51\.100\.30|10\.2[1-3]\.1\.\d+)-[0-9a-f]{16}\.pcap$/;
const METADATA = 'rtpengine-meta-';

/**
 * rtpengine's recording directory as `recording-method=pcap` leaves it: a pcap that grows while a call is recorded, its
 * text in tmp/, which moves to metadata/ when the pcap is complete. Bounded: the demo's own oldest recordings leave when
 * they exceed the limit, since nothing may be taking them away.
 */
export class Spool {
  readonly #dir: string;
  readonly #limitBytes: number;
  readonly #speech: Speech;
  readonly #log: Log;
  /** complete recordings, oldest first */
  #kept: { base: string; bytes: number }[] = [];

  constructor(dir: string, limitBytes: number, speech: Speech, log: Log) {
    this.#dir = dir;
    this.#limitBytes = limitBytes;
    this.#speech = speech;
    this.#log = log;
    for (const part of ['pcaps', 'metadata', 'tmp']) mkdirSync(join(dir, part), { recursive: true });
    const unfinished = new Set(readdirSync(join(dir, 'tmp')).map((f) => f.replace(METADATA, '').replace(/\.txt$/, '')));
    for (const file of readdirSync(join(dir, 'pcaps')).filter((f) => OURS.test(f))) {
      const base = file.slice(0, -5);
      // left by a demo that was killed
      if (unfinished.has(base)) this.#remove(base);
      else this.#kept.push({ base, bytes: statSync(join(dir, 'pcaps', file)).size });
    }
    const ageOf = ({ base }: { base: string }) => statSync(join(dir, 'pcaps', `${base}.pcap`)).mtimeMs;
    const ages = new Map(this.#kept.map((k) => [k.base, ageOf(k)]));
    this.#kept.sort((a, b) => (ages.get(a.base) ?? 0) - (ages.get(b.base) ?? 0));
  }

  /** The recording of a call, from its answer. */
  begin(plan: CallPlan, language: Language): Recording {
    const base = `${encodeURIComponent(plan.callId)}-${digits(plan, 'recording', 16)}`;
    return new Recording(this.#dir, base, plan, this.#speech[language], (bytes) => this.#done(base, bytes));
  }

  #done(base: string, bytes: number): void {
    this.#kept.push({ base, bytes });
    let total = this.#kept.reduce((sum, k) => sum + k.bytes, 0);
    while (total > this.#limitBytes && this.#kept.length > 1) {
      const oldest = this.#kept.shift() as { base: string; bytes: number };
      total -= oldest.bytes;
      this.#remove(oldest.base);
      this.#log.debug('the oldest demo recording left the spool', { file: oldest.base });
    }
  }

  #remove(base: string): void {
    for (const file of [`metadata/${METADATA}${base}.txt`, `tmp/${METADATA}${base}.txt`, `pcaps/${base}.pcap`])
      rmSync(join(this.#dir, file), { force: true });
  }
}

/** A phrase that a party speaks, in frames. */
interface Turn {
  party: 0 | 1;
  from: number;
  to: number;
  audio: Buffer;
}

export class Recording {
  readonly #dir: string;
  readonly #base: string;
  readonly #plan: CallPlan;
  readonly #onDone: (bytes: number) => void;
  readonly #flows: readonly [Flow, Flow];
  readonly #random: Random;
  readonly #phrases: readonly [readonly Buffer[], readonly Buffer[]];
  #turns: Turn[] = [];
  #frame = 0;
  #bytes = PCAP_HEADER.length;
  readonly #silence = Buffer.alloc(FRAME_SAMPLES, ALAW_SILENCE);

  constructor(dir: string, base: string, plan: CallPlan, phrases: Speech[Language], onDone: (bytes: number) => void) {
    this.#dir = dir;
    this.#base = base;
    this.#plan = plan;
    this.#onDone = onDone;
    this.#random = new Random(`speech ${plan.callId}`);
    this.#phrases =
      plan.direction === 'in'
        ? [phrases.client, phrases.staff]
        : [phrases.staff, plan.direction === 'out' ? phrases.client : phrases.staff];
    const flow = (party: 0 | 1): Flow => ({
      srcIp: partyIp(plan, party),
      srcPort: mediaPorts(plan, party).own,
      dstIp: RELAY,
      dstPort: mediaPorts(plan, party).relay,
      ssrc: ssrcOf(plan, party),
      firstSequence: numberFrom(plan, `sequence ${party}`, 30_000),
      firstTimestamp: numberFrom(plan, `timestamp ${party}`, 2 ** 31),
    });
    this.#flows = [flow(0), flow(1)];
    writeFileSync(this.#pcap, PCAP_HEADER);
    writeFileSync(join(dir, 'tmp', this.#text), `${this.#pcap}\n\n\n`);
  }

  get #pcap(): string {
    return join(this.#dir, 'pcaps', `${this.#base}.pcap`);
  }
  get #text(): string {
    return `${METADATA}${this.#base}.txt`;
  }

  /** Writes what both parties have sent until then. @param until µs */
  advance(until: number): void {
    const plan = this.#plan;
    const last = Math.floor((Math.min(until, plan.endedAt) - plan.answeredAt) / FRAME_US);
    const reports = RTCP_EVERY_US / FRAME_US;
    const records: Buffer[] = [];
    for (; this.#frame < last; this.#frame++) {
      const n = this.#frame;
      const turn = this.#turnAt(n);
      for (const party of [0, 1] as const) {
        const flow = this.#flows[party];
        const at = plan.answeredAt + n * FRAME_US + 1_500 + party * 4_200 + ((n * 7_919 + party * 311) % 900);
        records.push(rtpRecord(flow, n, turn?.party === party ? this.#audio(turn, n) : this.#silence, at));
        if (n > 0 && n % reports === party * 20) {
          const { packets, lost, jitter } = receptionAt(plan, party, at);
          const other = this.#flows[party === 0 ? 1 : 0];
          records.push(
            rtcpRecord(flow, { at: at + 120, packets, lost, jitter, other: other.ssrc, highest: (other.firstSequence + n) & 0xffff }),
          );
        }
      }
    }
    if (records.length === 0) return;
    const bytes = Buffer.concat(records);
    this.#bytes += bytes.length;
    appendFileSync(this.#pcap, bytes);
  }

  /** The pcap is complete: its text appears in metadata/. @param at µs */
  finish(at: number): void {
    this.advance(at);
    const plan = this.#plan;
    const leg = answeringLeg(plan);
    const second = (us: number) => new Date(us / 1_000).toISOString().slice(0, 19);
    const fields = [
      `tenant:${plan.tenant}`,
      `callid:${plan.callId}`,
      `direction:${plan.direction === 'internal' ? 'int' : plan.direction}`,
      `src:${plan.from}`,
      `dst:${plan.dialled}`,
      ...(leg ? [`answered_by:${legName(plan, leg)}`] : []),
      'rec:all',
      `ts:${Math.floor(plan.answeredAt / 1e6)}`,
    ];
    const ended = Math.min(at, plan.endedAt);
    writeFileSync(
      join(this.#dir, 'tmp', this.#text),
      `${this.#pcap}\n\n\nTimestamp terminated ms(first monologue): ${(ended / 1_000).toFixed(3)}\n\ncall start time: ${second(plan.startedAt)}\ncall end time: ${second(ended)}\n\n\n${fields.join('|')}\n`,
    );
    renameSync(join(this.#dir, 'tmp', this.#text), join(this.#dir, 'metadata', this.#text));
    this.#onDone(this.#bytes);
  }

  #audio(turn: Turn, frame: number): Buffer {
    const from = (frame - turn.from) * FRAME_SAMPLES;
    const part = turn.audio.subarray(from, from + FRAME_SAMPLES);
    return part.length === FRAME_SAMPLES ? part : Buffer.concat([part, this.#silence], FRAME_SAMPLES);
  }

  /** Who speaks in a frame; the two take turns, with a breath between them. */
  #turnAt(frame: number): Turn | undefined {
    for (let last = this.#turns.at(-1); !last || last.to <= frame; last = this.#turns.at(-1)) {
      const from = (last?.to ?? 0) + Math.round(this.#random.between(15, 60));
      // who is called speaks first
      const party = last ? (this.#random.chance(0.85) ? (last.party === 0 ? 1 : 0) : last.party) : 1;
      const audio = this.#random.pick(this.#phrases[party]);
      this.#turns = [{ party, from, to: from + Math.ceil(audio.length / FRAME_SAMPLES), audio }];
      if (from > frame) return undefined;
    }
    const [turn] = this.#turns;
    return turn && frame >= turn.from ? turn : undefined;
  }
}
