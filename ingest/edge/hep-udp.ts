import { createSocket } from 'node:dgram';
import type { Channel } from './channel.ts';
import { kernelDrops } from './kernel-drops.ts';

const KERNEL_EVERY_MS = 1_000;

export interface Receiver {
  close(): Promise<void>;
}

/** Largest datagram kept: HEP's length field holds no more. */
const POOL_BYTES = 1 << 20;

/**
 * UDP receiver: every datagram is one packet of its channel, whatever it holds. `reusePort` lets two receivers share a
 * port. The datagram is copied into a pool of 1 MB pages: a frame's packets are views into one or two pages.
 * @throws when the port is taken
 */
export async function receiveUdp(host: string, port: number, receiveBufferBytes: number, channel: Channel, onPacket: (packet: Buffer) => void): Promise<Receiver> {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', reusePort: true, recvBufferSize: receiveBufferBytes });
  let page = Buffer.allocUnsafe(POOL_BYTES);
  let used = 0;
  socket.on('message', (datagram) => {
    if (channel.publisher.full) {
      channel.drop('bus_full');
      return;
    }
    if (used + datagram.length > POOL_BYTES) {
      page = Buffer.allocUnsafe(POOL_BYTES);
      used = 0;
    }
    datagram.copy(page, used);
    onPacket(page.subarray(used, used + datagram.length));
    used += datagram.length;
  });
  await new Promise<void>((done, failed) => {
    socket.once('error', failed);
    socket.bind(port, host, () => {
      socket.off('error', failed);
      done();
    });
  });
  socket.on('error', () => undefined);
  const bound = socket.address().port;
  let counted = kernelDrops(bound);
  const countKernel = () => {
    const total = kernelDrops(bound);
    channel.drop('kernel_buffer', total - counted);
    counted = Math.max(counted, total);
  };
  const timer = setInterval(countKernel, KERNEL_EVERY_MS);
  return {
    close: async () => {
      clearInterval(timer);
      countKernel();
      await new Promise<void>((done) => socket.close(done));
    },
  };
}
