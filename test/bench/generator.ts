/**
 * Sends whole calls at a steady rate: the packets of one real call again and again (14 of SIP on both hops of the proxy, two RTCP
 * reports), each time with a Call-ID and times of its own, and its 12 events. A process of its own:
 *
 *   node test/bench/generator.ts --port 9060 --rate 50000 --seconds 60 [--sources 4] [--tcp 25] [--rtcp 2]
 *     [--events 9061 [--reliable]] [--reconnect 5] [--out FILE]
 *
 * --rate counts HEP packets. Every source is an edge with an address and a capture id of its own; --tcp is the share of calls, in percent, whose
 * packets go over TCP: such a source waits when the receiver does not read. With --events each call's events go to that TCP port; --reliable
 * repeats each until it is answered with "ok". --reconnect drops all TCP connections of all sources at once, every so many seconds. --out gets a
 * line of JSON for each call: what was sent of it, from where and how. SIGTERM ends the load early: the calls that are begun are sent to their
 * end, and what is not answered is still repeated. Prints one line of JSON, and ends with 1 when events were never answered.
 */
import { createWriteStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { Source } from './source.ts';
import {
  callEventTexts,
  callIdOf,
  EVENTS_PER_CALL,
  fromEdge,
  ID_LENGTH,
  type PacketTemplate,
  packetTemplates,
  rtcpTemplates,
  stampPacket,
} from './templates.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9060' },
    rate: { type: 'string', default: '50000' },
    seconds: { type: 'string', default: '60' },
    sources: { type: 'string', default: '4' },
    tcp: { type: 'string', default: '0' },
    rtcp: { type: 'string', default: '2' },
    events: { type: 'string' },
    reliable: { type: 'boolean', default: false },
    reconnect: { type: 'string', default: '0' },
    out: { type: 'string' },
  },
});
const [port, rate, seconds, tcpShare] = [values.port, values.rate, values.seconds, values.tcp].map(Number) as [
  number,
  number,
  number,
  number,
];
const events = values.events === undefined ? null : Number(values.events);
/** more packets than this are not sent in one turn, however late it is */
const MOST_AT_ONCE = 2_000;
/** how long unanswered events are repeated after the last call */
const PATIENCE_MS = 180_000;
const FIRST_CAPTURE_ID = 3_001;

const parts = [...packetTemplates(), ...rtcpTemplates(Number(values.rtcp))];
const edges: { source: Source; call: PacketTemplate[] }[] = await Promise.all(
  Array.from({ length: Number(values.sources) }, async (_, n) => {
    const source = new Source({ n, hep: port, events, isReliable: values.reliable });
    await source.open();
    return { source, call: parts.map((part) => fromEdge(part, FIRST_CAPTURE_ID + n)) };
  }),
);
const out = values.out === undefined ? undefined : createWriteStream(values.out);
const run = Math.floor(Math.random() * 0xffffff)
  .toString(16)
  .padStart(6, '0');
let sent = 0;
let calls = 0;
let step = 0;
let id = '';
let isTcp = false;
let isOver = false;
process.once('SIGTERM', () => {
  isOver = true;
});
// whoever started it wants to know what was sent: without them it is of no use
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(1);
}, 1_000).unref();
/** Calls whose packets are all sent, by source; their events go together: what was before the accounting record may come with it. */
const ended: string[][] = edges.map(() => []);

/** @returns false when the source of the call that is next, or is being sent, has to wait */
function sendOne(): boolean {
  const n = (step === 0 ? calls + 1 : calls) % edges.length;
  const { source, call } = edges[n] as (typeof edges)[number];
  if (source.isFull) return false;
  if (step === 0) {
    id = `${run}${calls.toString(16).padStart(ID_LENGTH - run.length, '0')}`;
    isTcp = (calls * 37) % 100 < tcpShare;
    calls++;
  }
  const packet = stampPacket(call[step] as PacketTemplate, id, Date.now() * 1_000 + step);
  if (isTcp) source.sendTcp(packet);
  else source.sendUdp(packet);
  sent++;
  step = (step + 1) % call.length;
  if (step === 0) {
    ended[n]?.push(id);
    const told = { callId: callIdOf(id), from: source.address, transport: isTcp ? 'tcp' : 'udp', hep: call.length };
    out?.write(`${JSON.stringify({ ...told, events: events === null ? 0 : EVENTS_PER_CALL, at: Date.now() })}\n`);
  }
  return true;
}

const started = performance.now();
const cpu = process.cpuUsage();
const wanted = () => Math.min(((performance.now() - started) / 1_000) * rate, rate * seconds);
const reconnectMs = Number(values.reconnect) * 1_000;
const reconnectAll = () => {
  for (const { source } of edges) source.reconnect();
};
const reconnecting = reconnectMs > 0 ? setInterval(reconnectAll, reconnectMs) : undefined;
await new Promise<void>((done) => {
  const timer = setInterval(() => {
    const burst = Math.min(wanted() - sent, MOST_AT_ONCE);
    for (let i = 0; i < burst && !(isOver && step === 0); i++) if (!sendOne()) break;
    const now = Math.floor(Date.now() / 1_000);
    if (events !== null)
      for (const [i, ids] of ended.entries())
        for (const call of ids.splice(0)) (edges[i] as (typeof edges)[number]).source.tell(callEventTexts(call, now));
    if (!isOver && sent < rate * seconds - 1) return;
    if (step !== 0) {
      isOver = true;
      return;
    }
    clearInterval(timer);
    done();
  }, 1);
});
const sentIn = (performance.now() - started) / 1_000;
clearInterval(reconnecting);
const sources = edges.map(({ source }) => source);
const unanswered = () => sources.reduce((sum, source) => sum + source.unanswered, 0);
for (const end = Date.now() + PATIENCE_MS; unanswered() > 0 && Date.now() < end; ) await new Promise((done) => setTimeout(done, 50));
await new Promise((done) => setTimeout(done, 200));
const used = process.cpuUsage(cpu);
const left = unanswered();
await Promise.all(sources.map((source) => source.close()));
await new Promise<void>((done) => (out ? out.end(done) : done()));
const total = (of: (source: Source) => number) => sources.reduce((sum, source) => sum + of(source), 0);
console.log(
  JSON.stringify({
    sent: sent - total((source) => source.failed),
    events: events === null ? 0 : calls * EVENTS_PER_CALL,
    calls,
    seconds: sentIn,
    cpuSeconds: (used.user + used.system) / 1e6,
    reconnects: total((source) => Math.max(0, source.reconnects)),
    repeated: total((source) => source.repeated),
    unanswered: left,
  }),
);
process.exitCode = left > 0 ? 1 : 0;
