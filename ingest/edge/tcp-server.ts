import { createServer, type Server, type Socket } from 'node:net';
import type { Log } from '@callscope/core/node/log.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import type { Receiver } from './hep-udp.ts';

const connections = gauge('edge_tcp_connections', 'Open TCP connections', ['port']);
const refusedTotal = counter('edge_tcp_refused_total', 'TCP connections refused because too many are open', ['port']);

export interface TcpOptions {
  host: string;
  port: number;
  maxConnections: number;
  /** a connection that is silent in the middle of a message is cut after this */
  idleSeconds: number;
  log: Log;
}

/** What a protocol does with one connection. */
export interface Connection {
  /** resolves when more may be read: until then the socket is paused and TCP's own window holds the sender back */
  onData(chunk: Buffer): Promise<void> | undefined;
  /** bytes of an unfinished message are waiting */
  isPartial(): boolean;
  onClose(): void;
}

/**
 * A TCP listener with bounds: connections, silence in mid-message, one chunk at a time per connection. `reusePort` lets
 * two receivers share a port.
 * @throws when the port is taken
 */
export async function listenTcp(options: TcpOptions, accept: (socket: Socket) => Connection): Promise<Receiver> {
  const { host, port, maxConnections, idleSeconds, log } = options;
  const open = new Set<Socket>();
  const label = { port: String(port) };
  let lastRefused = 0;
  const server: Server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }, (socket) => {
    if (open.size >= maxConnections) {
      refusedTotal.inc(label);
      if (performance.now() - lastRefused > 5_000) {
        lastRefused = performance.now();
        log.warn('too many TCP connections, refusing more (EDGE_MAX_TCP_CONNECTIONS)', {
          port,
          open: open.size,
          peer: socket.remoteAddress,
        });
      }
      socket.destroy();
      return;
    }
    open.add(socket);
    connections.set(label, open.size);
    const connection = accept(socket);
    let reading: Promise<void> = Promise.resolve();
    let busy = 0;
    socket.on('data', (chunk) => {
      busy++;
      socket.pause();
      reading = reading
        .then(() => connection.onData(chunk))
        .catch((error) => {
          log.warn('a TCP connection failed', { port, peer: socket.remoteAddress, error });
          socket.destroy();
        })
        .then(() => {
          busy--;
          if (busy === 0 && !socket.destroyed) socket.resume();
        });
    });
    socket.setTimeout(idleSeconds * 1_000);
    socket.on('timeout', () => {
      if (!connection.isPartial()) return;
      if (busy > 0) {
        // it is us who do not read: its silence begins when we do
        socket.setTimeout(idleSeconds * 1_000);
        return;
      }
      log.warn('a TCP connection stopped in the middle of a message, closing it (EDGE_TCP_IDLE_SECONDS)', {
        port,
        peer: socket.remoteAddress,
      });
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open.delete(socket);
      connections.set(label, open.size);
      void reading.then(() => connection.onClose());
    });
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen({ host, port, reusePort: true }, () => {
      server.off('error', failed);
      done();
    });
  });
  server.on('error', (error) => log.warn('a TCP listener had an error', { port, error }));
  return {
    close: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const socket of open) socket.end();
      const limit = setTimeout(() => {
        for (const socket of open) socket.destroy();
      }, 1_000);
      await closed;
      clearTimeout(limit);
    },
  };
}
