import type { Clock } from '@callscope/core/node/clock.ts';
import type { Log } from '@callscope/core/node/log.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { Attempts } from '@callscope/modules/access/attempts.ts';
import type { FactorSecrets } from '@callscope/modules/access/factor-secrets.ts';
import type { SystemState } from '@callscope/modules/operations/rules.ts';
import type { CompanyKeys } from '@callscope/modules/recordings/keys.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kysely } from 'kysely';
import type { ExportFiles } from './exports/archive.ts';
import type { LiveFeed } from './live/feed.ts';
import type { Mail } from './mail/mail.ts';
import type { Providers } from './oidc/providers.ts';
import type { RecordedAudio } from './recordings/audio.ts';

/** What REST and pages work with. */
export interface Deps {
  /** how the whole system stands */
  system(): Promise<SystemState>;
  db: Kysely<PostgresSchema>;
  store: ClickHouseClient;
  bus: Bus;
  clock: Clock;
  log: Log;
  group: string;
  live: LiveFeed;
  /** behind a proxy that says by what protocol and from where people came */
  trustProxy: boolean;
  /** where people reach the portal, without a slash at the end; null: as the request says */
  portalUrl: string | null;
  recordings: RecordedAudio;
  /** files that are made in the background */
  exports: ExportFiles;
  /** with which recordings of companies are sealed */
  keys: CompanyKeys;
  /** RECORDING_KEYS_FILE: with which keys that companies give us are sealed */
  keysPath: string;
  /** secrets of one-time codes */
  factors: FactorSecrets;
  /** of passwords and codes, and of letters that strangers ask for */
  attempts: Attempts;
  letters: Attempts;
  /** where phones register: address, and port of each transport */
  sip: { server: string; ports: { transport: 'UDP' | 'TCP' | 'TLS'; port: number }[] };
  providers: Providers;
  /** null: no mail server was named */
  mail: Mail | null;
}

let provided: Deps | undefined;

/** Called once by main.ts before the first request: pages are built apart and find it here. */
export function provide(deps: Deps): void {
  provided = deps;
}

export function deps(): Deps {
  if (!provided) throw new Error('the portal has not started: provide() comes first');
  return provided;
}
