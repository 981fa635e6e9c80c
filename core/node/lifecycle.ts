import { createServer, type Server } from 'node:http';
import { blocks, ConfigError, readConfig } from './config.ts';
import { createLog, errorText, type Log } from './log.ts';
import { registry } from './metrics.ts';

/** What a running part says of itself. `failing` names the part that keeps it from being ready, null = ready. */
export interface Health {
  failing: string | null;
  detail?: string;
  /** what fails is of all instances: one that seems well has not come upon it yet */
  isShared?: true;
  /** age of the oldest of what waits for this part, seconds */
  lagSeconds?: number;
}

export interface Service {
  log: Log;
  instance: string;
  /** runs in reverse order of registration at SIGTERM, each with a time limit */
  onStop(name: string, stop: () => Promise<void> | void): void;
  setHealth(check: () => Health): void;
  health(): Health;
  /** aborted when the service begins to stop */
  stopping: AbortSignal;
  metricsPort: number;
}

const STOP_LIMIT_MS = 15_000;

/**
 * The frame of every process: log, /metrics and /healthz, signals, drain in reverse order.
 * A wrong setting ends the process with a message and exit code 2; any other failure to start with 1.
 */
export async function runService(name: string, start: (service: Service) => Promise<void>): Promise<void> {
  let log = createLog(name);
  try {
    const config = readConfig(blocks.common);
    log = createLog(name, { level: config.LOG_LEVEL, ...(config.LOG_FORMAT ? { format: config.LOG_FORMAT } : {}) });
    const stops: { name: string; stop: () => Promise<void> | void }[] = [];
    const abort = new AbortController();
    let check = (): Health => ({ failing: name, detail: 'starting' });
    const service: Service = {
      log,
      instance: config.INSTANCE,
      onStop: (part, stop) => void stops.push({ name: part, stop }),
      setHealth: (next) => {
        check = next;
      },
      health: () => check(),
      stopping: abort.signal,
      metricsPort: 0,
    };
    const server = await serveMetrics(config.METRICS_HOST, config.METRICS_PORT, () => check());
    service.metricsPort = (server.address() as { port: number }).port;

    let stopped = false;
    const stop = async (signal: string) => {
      if (stopped) return;
      stopped = true;
      log.info('stopping', { signal });
      abort.abort();
      const limit = setTimeout(() => {
        log.error('did not stop in time, ending', { seconds: STOP_LIMIT_MS / 1000 });
        process.exit(1);
      }, STOP_LIMIT_MS);
      for (const part of stops.reverse()) {
        try {
          await part.stop();
        } catch (error) {
          log.error('a part did not stop cleanly', { part: part.name, error });
        }
      }
      server.close();
      server.closeAllConnections();
      clearTimeout(limit);
      log.info('stopped');
      process.exit(0);
    };
    process.on('SIGTERM', () => void stop('SIGTERM'));
    process.on('SIGINT', () => void stop('SIGINT'));
    process.on('SIGHUP', () => void stop('SIGHUP'));
    // without these the reason goes to stderr as text, and nobody who reads the log sees why a service died
    for (const event of ['unhandledRejection', 'uncaughtException'] as const)
      process.on(event, (error: unknown) => {
        log.error(`${event === 'uncaughtException' ? 'uncaught exception' : 'unhandled rejection'}, ending`, {
          error: errorText(error),
          stack: error instanceof Error ? error.stack : undefined,
        });
        process.exit(1);
      });
    await start(service);
    log.info('started', { instance: config.INSTANCE, metrics: service.metricsPort });
  } catch (error) {
    log.error(
      error instanceof ConfigError ? error.message : `cannot start: ${errorText(error)}`,
      error instanceof ConfigError ? {} : { stack: error instanceof Error ? error.stack : undefined },
    );
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
}

async function serveMetrics(host: string, port: number, health: () => Health): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/metrics') {
      registry.metrics().then(
        (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    } else if (request.url === '/healthz') {
      const state = health();
      response
        .writeHead(state.failing ? 503 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ status: state.failing ? 'failing' : 'ready', ...state }));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((done, failed) => {
    server.once('error', (error) => failed(new Error(`METRICS_PORT ${port}: ${error.message}`)));
    server.listen(port, host, done);
  });
  server.unref();
  return server;
}
