import { createSocket, type Socket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { kernelDrops } from './kernel-drops.ts';

const SENT = 200;
const open: Socket[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((socket) => new Promise<void>((done) => socket.close(done))));
});

async function bound(port = 0): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4_096 });
  await new Promise<void>((done) => socket.bind(port, '127.0.0.1', done));
  open.push(socket);
  return socket;
}

/** More than the buffer holds, sent in one turn of the event loop: the receiver does not come to read. */
function flood(port: number): Promise<void> {
  const sender = createSocket('udp4');
  return new Promise((done) => {
    let left = SENT;
    for (let i = 0; i < SENT; i++) sender.send(Buffer.alloc(1_000), port, '127.0.0.1', () => --left === 0 && sender.close(done));
  });
}

test.skipIf(!existsSync('/proc/net/udp'))('drops of the own socket are counted, also of one that took the port over', async () => {
  const first = await bound();
  const { port } = first.address();
  expect(kernelDrops(port)).toBe(0);
  let received = 0;
  first.on('message', () => received++);
  await flood(port);
  const drops = kernelDrops(port);
  expect(drops).toBeGreaterThan(0);
  while (received + drops < SENT) await new Promise((done) => setTimeout(done, 5));
  expect(received + drops).toBe(SENT);
  open.splice(0);
  await new Promise<void>((done) => first.close(done));
  await bound(port);
  expect(kernelDrops(port)).toBe(0);
  await flood(port);
  expect(kernelDrops(port)).toBeGreaterThan(0);
});
