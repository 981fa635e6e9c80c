import { join } from 'node:path';
import { OPERATOR_DOMAIN, type OperatorScope } from '@callscope/core/domain/tenant.ts';
import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import { systemClock } from '@callscope/core/node/clock.ts';
import { blocks, ConfigError, localDataDir, objectsUrl, readConfig, recordingKeysFile } from '@callscope/core/node/config.ts';
import { Ffmpeg, findFfmpeg } from '@callscope/core/node/ffmpeg.ts';
import { watchFreshness } from '@callscope/core/node/freshness.ts';
import { runService } from '@callscope/core/node/lifecycle.ts';
import { connectBus, ensureStreams } from '@callscope/core/node/nats.ts';
import { connectObjects } from '@callscope/core/node/objects/connect.ts';
import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { connectPostgres } from '@callscope/core/node/postgres.ts';
import { Attempts } from '@callscope/modules/access/attempts.ts';
import { operatorScope, ownService } from '@callscope/modules/access/callers.ts';
import { FactorSecrets } from '@callscope/modules/access/factor-secrets.ts';
import { ensureOperatorToken } from '@callscope/modules/access/tokens.ts';
import { ensureOperatorUser } from '@callscope/modules/access/users.ts';
import { publishOutbox } from '@callscope/modules/directory/outbox.ts';
import { CompanyKeys } from '@callscope/modules/recordings/keys.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { createApp } from './app.ts';
import { type Deps, provide } from './deps.ts';
import { ExportFiles } from './exports/archive.ts';
import { makeExports } from './exports/work.ts';
import { HealthWatch } from './health/health.ts';
import { createLiveFeed } from './live/feed.ts';
import { connectMail } from './mail/mail.ts';
import { sendMailings } from './mailings/send.ts';
import { sendNotices } from './notices/send.ts';
import { Providers } from './oidc/providers.ts';
import { createSystemState } from './operations/state.ts';
import { watchSystem } from './operations/watch.ts';
import { RecordedAudio } from './recordings/audio.ts';
import { serve } from './serve.ts';

await runService('portal', async (service) => {
  const config = readConfig(
    blocks.nats,
    blocks.clickhouse,
    blocks.database,
    blocks.group,
    blocks.portal,
    blocks.data,
    blocks.objects,
    blocks.recorder,
    blocks.path,
    blocks.mail,
    blocks.alarms,
    blocks.providers,
    blocks.edgeNode,
  );
  const bus = await connectBus(config.NATS_URL, `portal-${service.instance}`, service.log);
  service.onStop('bus', () => bus.close());
  await ensureStreams(bus);
  const store = connectClickhouse(config.CLICKHOUSE_URL, 'callscope-portal');
  service.onStop('store', () => store.close());
  const postgres = connectPostgres<PostgresSchema>(config.DATABASE_URL, 'callscope-portal', service.log);
  service.onStop('postgres', () => postgres.close());

  if ((config.BOOTSTRAP_TOKEN?.length ?? 99) < 16)
    service.log.warn('BOOTSTRAP_TOKEN has fewer than 16 characters: fit for a test, not for a network');
  const made = await ensureOperatorToken(postgres.db, config.BOOTSTRAP_TOKEN);
  if (made !== null) service.log.info(`the operator's token for REST, shown this once: ${made}`);
  const person = await ensureOperatorUser(postgres.db);
  if (person)
    service.log.info(`first sign-in: domain ${OPERATOR_DOMAIN}, user ${person.login}, password shown this once: ${person.password}`);
  const outbox = await publishOutbox(postgres, bus, service.log);
  service.onStop('outbox', () => outbox.stop());

  const directories = {
    name: 'directories',
    problem: () => {
      const blocked = [...outbox.blocked()].map(([tenant, reason]) => `${tenant} (${reason})`);
      return blocked.length > 0 ? `ingest does not get the last change of ${blocked.join(', ')}`.slice(0, 500) : null;
    },
  };
  const ownScope = operatorScope(ownService('portal'), 'companies:read') as OperatorScope;
  const keys = new CompanyKeys(postgres.db, recordingKeysFile(config));
  let sealed: string | null = null;
  await keys.wrapAnew(ownScope).catch((error: unknown) => {
    if (!(error instanceof KeysMissing)) throw error;
    sealed = error.message;
    service.log.error('sealed recordings cannot be heard', { error });
  });
  const sealing = { name: 'recordings', problem: () => sealed };
  const factors = new FactorSecrets(recordingKeysFile(config));
  let lost: string | null = null;
  await factors.sealAll(postgres.db).catch((error: unknown) => {
    if (!(error instanceof KeysMissing)) throw error;
    lost = error.message;
    service.log.error('codes of the second step of sign-in cannot be checked, recovery codes can', { error });
  });
  const signIn = { name: 'second factors', problem: () => lost };
  const health = new HealthWatch(bus, store, postgres.db, config.EXPECT_SERVICES, [directories, sealing, signIn], localDataDir());
  const freshness = watchFreshness(bus, config.EDGE_GROUP);
  service.onStop('freshness', () => freshness.stop());
  const live = createLiveFeed(bus, service.log, () => freshness.now());
  const bin = findFfmpeg(config.FFMPEG_BIN, config.PATH);
  const ffmpeg =
    bin === null
      ? null
      : new Ffmpeg({ bin, most: config.RECORDINGS_AT_ONCE, stuckMs: config.FFMPEG_STUCK_SECONDS * 1_000, log: service.log });
  if (config.SMTP_URL !== undefined && config.PORTAL_URL === undefined)
    throw new ConfigError('SMTP_URL needs PORTAL_URL: links in letters begin with it');
  if (config.OIDC_PROVIDERS.length > 0 && config.PORTAL_URL === undefined)
    throw new ConfigError('OIDC_PROVIDERS needs PORTAL_URL: other services send people back there');
  const mail =
    config.SMTP_URL === undefined || config.PORTAL_URL === undefined
      ? null
      : connectMail(config.SMTP_URL, config.MAIL_FROM, config.PORTAL_URL, config.SUPPORT_EMAIL, service.log);
  if (mail) service.onStop('mail', () => mail.close());
  const objects = connectObjects(objectsUrl(config));
  const recordings = new RecordedAudio(objects, keys, ffmpeg, join(config.DATA_DIR, 'joined-recordings'));
  service.onStop('copies of recordings', recordings.keepSwept());
  const deps: Deps = {
    system: () => state(),
    db: postgres.db,
    store,
    bus,
    clock: systemClock,
    log: service.log,
    group: config.EDGE_GROUP,
    live,
    trustProxy: config.TRUST_PROXY,
    portalUrl: config.PORTAL_URL?.replace(/\/+$/, '') ?? null,
    recordings,
    exports: new ExportFiles(objects, keys, config.EXPORTS_KEEP_HOURS * 3_600_000),
    keys,
    keysPath: recordingKeysFile(config),
    factors,
    attempts: new Attempts(),
    letters: new Attempts(3_600_000),
    mail,
    providers: new Providers(config.OIDC_PROVIDERS, config.PORTAL_URL ?? ''),
    sip: {
      server: config.EDGE_PUBLIC_IP ?? config.EDGE_SIP_HOST,
      ports: [
        { transport: 'UDP', port: config.EDGE_SIP_PORT },
        { transport: 'TCP', port: config.EDGE_SIP_PORT },
        ...(config.EDGE_TLS_CERT === '' ? [] : [{ transport: 'TLS', port: config.EDGE_TLS_PORT } as const]),
      ],
    },
  };
  const state = createSystemState(deps, health, ownScope, localDataDir());
  provide(deps);
  if (mail) await sendMailings(service, postgres, deps, mail, config.MAIL_FILES_KB * 1_024);
  await sendNotices(service, postgres, deps, config.WEBHOOKS_INSIDE);
  await makeExports(service, postgres, deps);
  const { ALARM_LAG_SECONDS, ALARM_DISK_PERCENT, ALARM_SPOOL_SECONDS, ALARM_STREAM_PERCENT } = config;
  watchSystem(
    service,
    deps,
    {
      bounds: {
        ...{ lagSeconds: ALARM_LAG_SECONDS, diskPercent: ALARM_DISK_PERCENT },
        ...{ spoolSeconds: ALARM_SPOOL_SECONDS, streamPercent: ALARM_STREAM_PERCENT },
      },
      ...{ holdSeconds: config.ALARM_HOLD_SECONDS, mail: config.ALARM_MAIL, webhook: config.ALARM_WEBHOOK },
    },
    deps.system,
  );
  const close = await serve(createApp(deps, health), config.PORTAL_HOST, config.PORTAL_PORT, config.TRUST_PROXY);
  service.onStop('http', close);
  // streams end first: a connection that stays open would hold http back
  service.onStop('live', () => live.close());
  service.setHealth(() => (bus.connected() ? { failing: null } : { failing: 'nats' }));
});
