/**
 * Sends HEP over UDP at a steady rate: the packets of one real call (fixture call 0: INVITE to BYE on both hops of the
 * proxy) again and again, each time with a Call-ID and times of its own. Run by Node as a process of its own:
 *
 *   node test/bench/generator.ts --port 9060 --rate 50000 --seconds 60
 *
 * Prints one JSON line: {sent, calls, seconds, cpuSeconds}.
 */
import { createSocket } from 'node:dgram';
import { parseArgs } from 'node:util';
import { hep, truth } from '../medium/fixtures.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9060' },
    rate: { type: 'string', default: '50000' },
    seconds: { type: 'string', default: '60' },
    sockets: { type: 'string', default: '4' },
  },
});
const port = Number(values.port);
const rate = Number(values.rate);
const seconds = Number(values.seconds);

interface Template {
  packet: Buffer;
  /** offsets of the Call-ID's varying part */
  callIdAt: number[];
  /** offset of the seconds in chunk 9; the microseconds of chunk 10 follow 10 bytes later */
  secondsAt: number;
}

const callId = (truth()[0] as { call_id: string }).call_id;
const VARYING = 16;

export function templates(): Template[] {
  return hep('udp')
    .filter((p) => p.includes(callId))
    .map((packet) => {
      const callIdAt: number[] = [];
      for (let at = packet.indexOf(callId); at >= 0; at = packet.indexOf(callId, at + 1)) callIdAt.push(at);
      let at = 6;
      while (packet.readUInt16BE(at + 2) !== 9) at += packet.readUInt16BE(at + 4);
      return { packet: Buffer.from(packet), callIdAt, secondsAt: at + 6 };
    });
}

const call = templates();
const sockets = await Promise.all(
  Array.from({ length: Number(values.sockets) }, async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((done) => socket.connect(port, '127.0.0.1', done));
    socket.setSendBufferSize(4 << 20);
    return socket;
  }),
);

const run = Math.floor(Math.random() * 0xffffff)
  .toString(16)
  .padStart(6, '0');
let sent = 0;
let failed = 0;
let calls = 0;
let step = 0;
let id = '';
const onSent = (error: Error | null) => {
  if (error) failed++;
};

function sendOne(): void {
  if (step === 0) {
    id = `${run}${calls.toString(16).padStart(VARYING - run.length, '0')}`;
    calls++;
  }
  const { packet, callIdAt, secondsAt } = call[step] as Template;
  const copy = Buffer.from(packet);
  for (const at of callIdAt) copy.write(id, at, VARYING, 'latin1');
  const now = Date.now();
  copy.writeUInt32BE(Math.floor(now / 1000), secondsAt);
  copy.writeUInt32BE((now % 1000) * 1000 + step, secondsAt + 10);
  (sockets[calls % sockets.length] as (typeof sockets)[number]).send(copy, onSent);
  sent++;
  step = (step + 1) % call.length;
}

const started = performance.now();
const cpu = process.cpuUsage();
const wanted = () => Math.min(((performance.now() - started) / 1000) * rate, rate * seconds);
await new Promise<void>((done) => {
  const timer = setInterval(() => {
    const burst = Math.min(wanted() - sent, 2_000);
    for (let i = 0; i < burst; i++) sendOne();
    if (sent >= rate * seconds - 1 && step === 0) {
      clearInterval(timer);
      done();
    } else if (sent >= rate * seconds) while (step !== 0) sendOne();
  }, 1);
});
await new Promise((done) => setTimeout(done, 200));
const used = process.cpuUsage(cpu);
for (const socket of sockets) socket.close();
console.log(
  JSON.stringify({
    sent: sent - failed,
    failed,
    calls,
    packetsPerCall: call.length,
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (used.user + used.system) / 1e6,
  }),
);
