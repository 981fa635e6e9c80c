import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import type { Log } from '@callscope/core/node/log.ts';
import { encodeHep3, HEP_RTCP, HEP_SIP } from '@callscope/ingest/decode/hep3.ts';
import type { EdgePacket } from './sip.ts';

/** capture ids of the proxy's tracer and of the media relay */
const TRACER = 2001;
const RELAY_STATISTICS = 2002;
const AGAIN_MS = 300;

export function sipHep(callId: string, packet: EdgePacket): Buffer {
  return hep(callId, packet, HEP_SIP, TRACER);
}

export function rtcpHep(callId: string, packet: EdgePacket): Buffer {
  return hep(callId, packet, HEP_RTCP, RELAY_STATISTICS);
}

function hep(correlationId: string, { at, from, to, payload }: EdgePacket, type: number, captureId: number): Buffer {
  return encodeHep3({ srcIp: from.ip, srcPort: from.port, dstIp: to.ip, dstPort: to.port, at, type, captureId, payload, correlationId });
}

/** HEP over UDP: what live calls use. Nothing is waited for, as on a real edge. */
export class HepDatagrams {
  readonly #socket = createSocket('udp4');
  readonly #host: string;
  readonly #port: number;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
    this.#socket.on('error', () => undefined);
    this.#socket.unref();
  }

  send(packet: Buffer): void {
    this.#socket.send(packet, this.#port, this.#host, () => undefined);
  }

  close(): void {
    this.#socket.close();
  }
}

/** HEP over TCP: what history uses, so that the receiver can hold it back. */
export class HepStream {
  readonly #host: string;
  readonly #port: number;
  readonly #log: Log;
  #socket: Socket | undefined;

  constructor(host: string, port: number, log: Log) {
    this.#host = host;
    this.#port = port;
    this.#log = log;
  }

  /** Resolves when the receiver has taken enough of it. */
  async send(packets: readonly Buffer[]): Promise<void> {
    if (packets.length === 0) return;
    const socket = await this.#connected();
    if (socket.write(Buffer.concat(packets))) return;
    await new Promise<void>((done) => {
      socket.once('drain', done);
      socket.once('close', () => done());
    });
  }

  async #connected(): Promise<Socket> {
    while (!this.#socket || this.#socket.destroyed) {
      try {
        this.#socket = await new Promise<Socket>((done, failed) => {
          const socket = connect({ host: this.#host, port: this.#port, noDelay: true }, () => done(socket));
          socket.setMaxListeners(0);
          socket.once('error', failed);
        });
        this.#socket.on('error', (error) => this.#log.warn('the connection for HEP broke, trying again', { error }));
      } catch (error) {
        this.#log.warn('HEP cannot be sent, trying again', { error });
        await new Promise((done) => setTimeout(done, AGAIN_MS));
      }
    }
    return this.#socket;
  }

  /** Everything written is on its way when this resolves. */
  async end(): Promise<void> {
    const socket = this.#socket;
    if (socket && !socket.destroyed) await new Promise<void>((done) => socket.end(done));
  }
}
