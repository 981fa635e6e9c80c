import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonScanner } from '@callscope/ingest/edge/json-scanner.ts';
import { afterAll, expect, test } from 'vitest';

const dir = mkdtempSync(join(tmpdir(), 'callscope-generator-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Line {
  callId: string;
  from: string;
  transport: 'udp' | 'tcp';
  hep: number;
  events: number;
}

test('what it says that it sent is what comes; a refused event and one whose connection broke come again', async () => {
  const udp = createSocket('udp4');
  const came = { udp: 0, tcp: 0, events: new Map<string, number>(), from: new Set<string>() };
  udp.on('message', (_, { address }) => {
    came.udp++;
    came.from.add(address);
  });
  const tcp = createServer((socket) => {
    let data = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      data = Buffer.concat([data, chunk]);
      for (; data.length >= 6 && data.length >= data.readUInt16BE(4); data = data.subarray(data.readUInt16BE(4))) came.tcp++;
    });
  });
  let asked = 0;
  const events = createServer((socket) => {
    const scanner = new JsonScanner(65_536);
    socket.on('data', (chunk) => {
      for (const scan of scanner.push(chunk)) {
        if (scan.kind !== 'object') throw new Error(scan.kind);
        const event = JSON.parse(scan.bytes.toString()) as { id: number; method: string; params: { callid?: string } };
        asked++;
        // one is refused, and one is the last that this connection hears
        if (asked === 5) socket.write(JSON.stringify({ jsonrpc: '2.0', error: { code: -32_000, message: 'full' }, id: event.id }));
        else if (asked === 9) socket.destroy();
        else {
          came.events.set(`${socket.remoteAddress} ${event.id}`, event.id);
          socket.write(JSON.stringify({ jsonrpc: '2.0', result: 'ok', id: event.id }));
        }
      }
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((done) => tcp.listen(0, '127.0.0.1', done));
  const { port } = tcp.address() as AddressInfo;
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  await new Promise<void>((done) => events.listen(0, '127.0.0.1', done));
  const file = join(dir, 'sent.jsonl');
  const generator = spawn(
    process.execPath,
    [
      ...[new URL('generator.ts', import.meta.url).pathname, '--port', String(port), '--rate', '640', '--seconds', '2', '--tcp', '40'],
      ...['--sources', '3', '--events', String((events.address() as AddressInfo).port), '--reliable', '--out', file],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  generator.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = (await once(generator, 'exit')) as [number];
  udp.close();
  tcp.close();
  events.close();

  const lines = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const packets = (transport: Line['transport']) => lines.filter((l) => l.transport === transport).reduce((sum, l) => sum + l.hep, 0);
  expect(code).toBe(0);
  expect(JSON.parse(said)).toMatchObject({ calls: 80, sent: 1_280, events: 960, unanswered: 0, repeated: expect.any(Number) });
  expect([new Set(lines.map((l) => l.callId)).size, came.udp, came.tcp]).toEqual([80, packets('udp'), packets('tcp')]);
  expect(lines.every((l) => l.hep === 16 && l.events === 12)).toBe(true);
  expect(new Set(lines.map((l) => l.from))).toEqual(came.from);
  expect(came.events.size).toBe(960);
  expect(asked).toBeGreaterThan(960);
});
