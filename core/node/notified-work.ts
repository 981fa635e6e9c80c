import type { Log } from './log.ts';
import type { Postgres } from './postgres.ts';

/** Without a wake-up the table is looked at this often: a lost LISTEN connection delays, it does not lose. */
const SWEEP_MS = 5_000;
const SWEEPS_OF_AN_HOUR = 720;

export interface NotifiedWork {
  /** what is being done is finished first */
  stop(): Promise<void>;
}

/**
 * Work that stands in a table: done at once, whenever the table's NOTIFY tells of more, and every five seconds. One round at
 * a time; whatever is told meanwhile is one more round.
 * @param channel of the NOTIFY
 * @param work one round; what it throws is logged, once while it stays the same, and tried again
 * @param clean once an hour
 * @param sweep each five seconds, beside the work
 */
export async function workWhenNotified(
  { pool }: Pick<Postgres<never>, 'pool'>,
  log: Log,
  channel: string,
  { work, clean, sweep }: { work(): Promise<void>; clean(): Promise<unknown>; sweep?(): void },
): Promise<NotifiedWork> {
  let running: Promise<void> | undefined;
  let isAgain = false;
  let isStopped = false;
  let failure = '';
  const wake = () => {
    isAgain = true;
    if (isStopped) return;
    running ??= (async () => {
      while (isAgain && !isStopped) {
        isAgain = false;
        try {
          await work();
          failure = '';
        } catch (error) {
          if (failure !== String(error)) log.warn('what waits could not be worked on, trying again', { channel, error });
          failure = String(error);
        }
      }
      running = undefined;
    })();
  };

  let listener: { release(destroy: boolean): void } | undefined;
  const listen = async () => {
    if (listener || isStopped) return;
    try {
      const client = await pool.connect();
      client.on('notification', wake);
      client.on('error', () => {
        listener = undefined;
      });
      await client.query(`LISTEN ${channel}`);
      listener = client;
    } catch (error) {
      log.warn('cannot listen for changes, looking every few seconds', { channel, error });
    }
  };

  await listen();
  wake();
  let sweeps = 0;
  const timer = setInterval(() => {
    void listen();
    sweep?.();
    wake();
    if (++sweeps % SWEEPS_OF_AN_HOUR === 0)
      void clean().catch((error) => log.warn('what is done with could not be cleaned', { channel, error }));
  }, SWEEP_MS);
  return {
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      await running;
      listener?.release(true);
    },
  };
}
