import { createSocket } from 'node:dgram';
import type { Channel } from './channel.ts';
import { Gather } from './gather.ts';
import { kernelDrops } from './kernel-drops.ts';

const KERNEL_EVERY_MS = 1_000;

export interface Receiver {
  close(): Promise<void>;
}

/**
 * UDP receiver: every datagram is one packet of its channel, whatever it holds. `reusePort` lets two receivers share a
 * port. Each datagram comes in memory of its own, so it is handed on as it is.
 * @throws when the port is taken
 */
export async function receiveUdp(
  host: string,
  port: number,
  receiveBufferBytes: number,
  channel: Channel,
  onPacket: (packet: Buffer) => void,
): Promise<Receiver> {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', reusePort: true, recvBufferSize: receiveBufferBytes });
  const gather = new Gather();
  socket.on('message', (datagram) => {
    gather.took();
    if (channel.publisher.full) channel.drop('bus_full');
    else onPacket(datagram);
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
