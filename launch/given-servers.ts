import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import { given } from '@callscope/core/node/config.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import { askBus, BusUnfit } from '@callscope/core/node/nats.ts';
import { redact } from '@callscope/core/node/redact.ts';
import pg from 'pg';

/** A server that a setting names cannot be used; the message names the setting. */
export class ServerAway extends Error {}

type Setting = 'DATABASE_URL' | 'NATS_URL' | 'CLICKHOUSE_URL';

const ASK_LIMIT_MS = 3_000;
const PAUSE_MS = 500;
const SAY_EVERY_MS = 5_000;
/** PostgreSQL: invalid_authorization_specification, invalid_password, invalid_catalog_name; ClickHouse: UNKNOWN_DATABASE, AUTHENTICATION_FAILED */
const NEVER = new Set(['28000', '28P01', '3D000', '81', '516']);

const ASK: Record<Setting, (url: string) => Promise<void>> = {
  DATABASE_URL: async (url) => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: ASK_LIMIT_MS });
    // an error after `connect` has failed has nobody else to go to
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
    } finally {
      await client.end().catch(() => undefined);
    }
  },
  NATS_URL: (url) => askBus(url, ASK_LIMIT_MS),
  CLICKHOUSE_URL: async (url) => {
    const client = connectClickhouse(url, 'callscope-launch');
    try {
      await (await client.query({ query: 'SELECT 1', format: 'JSONEachRow', abort_signal: AbortSignal.timeout(ASK_LIMIT_MS) })).json();
    } finally {
      await client.close();
    }
  },
};

/**
 * Waits for the servers that the environment names, before anything of ours is started: where all begins at once (compose)
 * they come up a little later. A wrong password or a missing database does not get better by waiting.
 * @throws ServerAway
 */
export async function waitForGiven(
  urls: Readonly<Record<Setting, string>>,
  limitSeconds: number,
  log: Log,
  isStopping: () => boolean,
): Promise<void> {
  const limit = performance.now() + limitSeconds * 1_000;
  await Promise.all((Object.keys(ASK) as Setting[]).filter(given).map((setting) => waitFor(setting)));

  async function waitFor(setting: Setting): Promise<void> {
    const where = `${setting} (${redact(urls[setting])})`;
    for (let said = 0; !isStopping(); ) {
      try {
        await ASK[setting](urls[setting]);
        return;
      } catch (cause) {
        if (isFinal(cause)) throw new ServerAway(`the server of ${where} cannot be used`, { cause });
        const now = performance.now();
        if (now > limit)
          throw new ServerAway(`the server of ${where} does not answer: start it, change ${setting}, or leave it out for an embedded one`, {
            cause,
          });
        if (now - said > SAY_EVERY_MS || said === 0) {
          said = now;
          log.info(`waiting for the server of ${where}`, { error: errorText(cause), secondsLeft: Math.round((limit - now) / 1_000) });
        }
      }
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof BusUnfit || (error instanceof Error && 'code' in error && NEVER.has(String(error.code)));
}
