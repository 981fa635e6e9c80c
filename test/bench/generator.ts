/**
 * Sends HEP over UDP at a steady rate: the packets of one real call again and again, each time with a Call-ID and times of
 * its own. A process of its own:
 *
 *   node test/bench/generator.ts --port 9060 --rate 50000 --seconds 60 [--events 9061]
 *
 * With --events each call's events go to that TCP port too, over as many connections as there are sockets. Prints one JSON line.
 */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { callEvents, EVENTS_PER_CALL, ID_LENGTH, type PacketTemplate, packetTemplates, stampPacket } from './templates.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9060' },
    rate: { type: 'string', default: '50000' },
    seconds: { type: 'string', default: '60' },
    sockets: { type: 'string', default: '4' },
    events: { type: 'string' },
  },
});
const port = Number(values.port);
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const call = packetTemplates();
const sockets = await Promise.all(
  Array.from({ length: Number(values.sockets) }, async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((done) => socket.connect(port, '127.0.0.1', done));
    socket.setSendBufferSize(4 << 20);
    return socket;
  }),
);
// as so many edges: answers to one connection go out no faster than OpenSIPS takes them
const eventSockets = values.events === undefined ? [] : sockets.map(() => connect(Number(values.events), '127.0.0.1'));
await Promise.all(eventSockets.map((socket) => new Promise((done) => socket.once('connect', done))));

const run = Math.floor(Math.random() * 0xffffff)
  .toString(16)
  .padStart(6, '0');
let sent = 0;
let failed = 0;
let calls = 0;
let step = 0;
let id = '';
const ended: string[][] = eventSockets.map(() => []);
const onSent = (error: Error | null) => {
  if (error) failed++;
};

function sendOne(): void {
  if (step === 0) {
    id = `${run}${calls.toString(16).padStart(ID_LENGTH - run.length, '0')}`;
    calls++;
  }
  const packet = stampPacket(call[step] as PacketTemplate, id, Date.now() * 1_000 + step);
  (sockets[calls % sockets.length] as (typeof sockets)[number]).send(packet, onSent);
  sent++;
  step = (step + 1) % call.length;
  // the accounting record comes at the end; what was before it may come together with it
  if (step === 0) ended[calls % sockets.length]?.push(id);
}

const started = performance.now();
const cpu = process.cpuUsage();
const wanted = () => Math.min(((performance.now() - started) / 1_000) * rate, rate * seconds);
await new Promise<void>((done) => {
  const timer = setInterval(() => {
    const burst = Math.min(wanted() - sent, 2_000);
    for (let i = 0; i < burst; i++) sendOne();
    const now = Math.floor(Date.now() / 1_000);
    for (const [i, ids] of ended.entries())
      if (ids.length > 0)
        eventSockets[i]?.write(
          ids
            .splice(0)
            .map((id) => callEvents(id, now))
            .join(''),
        );
    if (sent < rate * seconds - 1) return;
    while (step !== 0) sendOne();
    clearInterval(timer);
    done();
  }, 1);
});
await new Promise((done) => setTimeout(done, 200));
const used = process.cpuUsage(cpu);
for (const socket of sockets) socket.close();
await Promise.all(eventSockets.map((socket) => new Promise<void>((done) => socket.end(done))));
console.log(
  JSON.stringify({
    sent: sent - failed,
    events: eventSockets.length > 0 ? calls * EVENTS_PER_CALL : 0,
    calls,
    seconds: (performance.now() - started) / 1_000,
    cpuSeconds: (used.user + used.system) / 1e6,
  }),
);
