import { subjects } from '@callscope/core/bus/streams.ts';
import { diskShortage } from '@callscope/core/node/disk.ts';
import { errorText } from '@callscope/core/node/log.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { Status } from '@callscope/core/node/status.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { type Kysely, sql } from 'kysely';
import { inTime } from './in-time.ts';

/** A service that has said nothing for this long is failing; it speaks every 2 s. */
const SILENCE_MS = 6_000;
const CHECK_LIMIT_MS = 2_000;
const KEEP_MS = 1_000;

export interface PartHealth {
  name: string;
  failing: boolean;
  detail: string;
}

export interface SystemHealth {
  status: 'ready' | 'failing';
  /** first failing part */
  failing: string | null;
  parts: PartHealth[];
}

/** Something of the portal's own: null while it works. */
export interface OwnPart {
  name: string;
  problem(): string | null;
}

/** Health of the whole system as the portal sees it: its servers by asking, services by what they say on the bus. */
export class HealthWatch {
  #bus: Bus;
  #store: ClickHouseClient;
  #db: Kysely<PostgresSchema>;
  #expected: readonly string[];
  #own: readonly OwnPart[];
  #dataDir: string | null;
  #heard = new Map<string, Status & { heardAt: number }>();
  #kept: { at: number; health: Promise<SystemHealth> } | undefined;

  /** @param dataDir where the servers keep their data, when that is this machine */
  constructor(
    bus: Bus,
    store: ClickHouseClient,
    db: Kysely<PostgresSchema>,
    expected: readonly string[],
    own: readonly OwnPart[],
    dataDir: string | null,
  ) {
    this.#dataDir = dataDir;
    this.#bus = bus;
    this.#store = store;
    this.#db = db;
    this.#expected = expected;
    this.#own = own;
    bus.nc.subscribe(subjects.allStatus, {
      callback: (error, message) => {
        if (error) return;
        try {
          const status = message.json<Status>();
          this.#heard.set(`${status.service} ${status.instance}`, { ...status, heardAt: performance.now() });
        } catch {
          // not a status of ours
        }
      },
    });
  }

  /** Asked at most once a second, however often it is read. */
  check(): Promise<SystemHealth> {
    const now = performance.now();
    if (!this.#kept || now - this.#kept.at > KEEP_MS) this.#kept = { at: now, health: this.#check() };
    return this.#kept.health;
  }

  /** The longest that something has waited for any instance of a service, s; null: nothing waits, or nobody says. */
  lagOf(service: string): number | null {
    const now = performance.now();
    const lags = [...this.#heard.values()].flatMap((s) =>
      s.service === service && s.lagSeconds !== undefined ? [s.lagSeconds + (now - s.heardAt) / 1_000] : [],
    );
    return lags.length === 0 ? null : Math.max(...lags);
  }

  async #check(): Promise<SystemHealth> {
    const parts = await Promise.all([
      // first: it is the cause of what else fails then
      this.#disk(),
      this.#ask('nats', async () => {
        if (!this.#bus.connected()) throw new Error('the bus is away');
        await this.#bus.nc.rtt();
      }),
      this.#ask('clickhouse', async () => {
        const answer = await this.#store.query({ query: 'SELECT count() FROM schema_migrations', format: 'JSONEachRow' });
        await answer.json();
      }),
      this.#ask('postgres', () => sql`select 1 from tenants limit 1`.execute(this.#db)),
    ]);
    for (const name of this.#expected) parts.push(this.#service(name));
    for (const { name, problem } of this.#own) {
      const detail = problem();
      parts.push({ name, failing: detail !== null, detail: detail ?? '' });
    }
    const failing = parts.find((p) => p.failing)?.name ?? null;
    return { status: failing ? 'failing' : 'ready', failing, parts };
  }

  async #disk(): Promise<PartHealth> {
    const shortage = this.#dataDir === null ? null : await diskShortage(this.#dataDir);
    return { name: 'disk', failing: shortage !== null, detail: shortage ?? '' };
  }

  async #ask(name: string, work: () => Promise<unknown>): Promise<PartHealth> {
    try {
      await inTime(work(), CHECK_LIMIT_MS);
      return { name, failing: false, detail: '' };
    } catch (error) {
      return { name, failing: true, detail: errorText(error).slice(0, 200) };
    }
  }

  /** One instance that is ready is enough (a standby is ready), but not where another says what fails for all. */
  #service(name: string): PartHealth {
    const now = performance.now();
    const instances = [...this.#heard.values()].filter((s) => s.service === name && now - s.heardAt < SILENCE_MS);
    if (instances.length === 0) return { name, failing: true, detail: 'has not been heard of' };
    const shared = instances.find((s) => s.failing !== null && s.isShared);
    const ready = instances.find((s) => s.failing === null);
    if (ready && !shared) return { name, failing: false, detail: ready.detail ?? '' };
    const first = shared ?? instances[0];
    return { name, failing: true, detail: [first?.failing, first?.detail].filter(Boolean).join(': ') };
  }
}
