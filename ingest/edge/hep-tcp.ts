import type { Channel } from './channel.ts';
import type { Receiver } from './hep-udp.ts';
import { listenTcp, type TcpOptions } from './tcp-server.ts';

const MAGIC = 0x48455033; // "HEP3"
const SMALLEST = 6;

/**
 * HEPv3 over TCP: packets back to back, each as long as its header says (bytes 4 and 5). There is no way to find the next
 * packet after a broken one, so the connection is closed and counted; OpenSIPS connects again with its next message.
 */
export function receiveHepTcp(options: TcpOptions, channel: Channel): Promise<Receiver> {
  return listenTcp(options, (socket) => {
    let rest: Buffer = Buffer.alloc(0);
    let broken = false;
    const onData = async (chunk: Buffer): Promise<void> => {
      if (broken) return;
      let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      rest = Buffer.alloc(0);
      while (data.length >= 4) {
        const length = data.length >= SMALLEST ? data.readUInt16BE(4) : SMALLEST;
        if (data.readUInt32BE(0) !== MAGIC || length < SMALLEST) {
          broken = true;
          channel.drop('tcp_framing');
          options.log.warn('not HEPv3 over TCP, closing the connection', { port: options.port, peer: socket.remoteAddress });
          socket.destroy();
          return;
        }
        if (data.length < length) break;
        if (channel.publisher.full) await channel.publisher.room();
        // a copy: a view would keep the whole read alive for one packet
        channel.accept(Buffer.from(data.subarray(0, length)));
        data = data.subarray(length);
      }
      rest = data.length === 0 ? data : Buffer.from(data);
    };
    return {
      onData,
      isPartial: () => rest.length > 0,
      onClose: () => {
        if (rest.length > 0 && !broken) channel.drop('tcp_cut');
      },
    };
  });
}
