import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { MASK_KINDS } from '../domain/signalling.ts';
import { readBusUrl } from './bus-address.ts';
import { count, flag, fromJson, oidcProvider, port, url } from './setting-kinds.ts';

/**
 * The one reader of the environment. Each process composes the blocks it needs with `readConfig`;
 * an error names the setting and what it takes, never its value (it may be a secret).
 */
export const blocks = {
  common: z.object({
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('least level that is logged'),
    LOG_FORMAT: z.enum(['json', 'text']).optional().describe('json, or text for people; by default text on a terminal'),
    INSTANCE: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,40}$/)
      .default('1')
      .describe('tells two processes of one service apart'),
    METRICS_HOST: z.string().default('127.0.0.1').describe("address of each service's /metrics and /healthz"),
    METRICS_PORT: port(0).describe(
      "port of a service's /metrics and /healthz; under npm start the portal's, and the next ones are the edge's, the embedded store's, the jobs', the recorders', the assemblers', the decoders'; 0: free ones, logged",
    ),
  }),
  data: z.object({
    DATA_DIR: z
      .string()
      .min(1)
      .default('./.data')
      .transform((p) => resolve(p))
      .describe('everything that the embedded services keep'),
  }),
  nats: z.object({
    NATS_URL: z
      .string()
      .refine(
        (text) => readBusUrl(text) !== null,
        'must be like nats://user:password@host:4222, or nats://user:password@one:4222,two:4222,three:4222?replicas=3',
      )
      .default('nats://127.0.0.1:4222')
      .describe(
        'the bus, or the servers of its cluster and how many of them keep a copy (replicas: 1, 3 or 5); not given: started embedded',
      ),
  }),
  clickhouse: z.object({
    CLICKHOUSE_URL: url(['http:', 'https:'])
      .default('http://127.0.0.1:8123/callscope')
      .describe('the store, http://user:password@host:port/database; not given: started embedded'),
  }),
  /** given by the launcher to the process that owns the embedded store */
  embeddedClickhouse: z.object({ CLICKHOUSE_PORT: port(8123), CLICKHOUSE_PASSWORD: z.string().min(1) }),
  database: z.object({
    DATABASE_URL: url(['postgres:', 'postgresql:'])
      .default('postgres://127.0.0.1:5432/callscope')
      .describe('PostgreSQL; not given: started embedded'),
  }),
  edge: z.object({
    EDGE_HOST: z.string().default('127.0.0.1').describe('address where HEP and call events are received'),
    HEP_PORT: port(9060).describe('HEPv3, UDP and TCP'),
    EVENTS_PORT: port(9061).describe('OpenSIPS call events as JSON-RPC, UDP and TCP'),
    EDGE_ID: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,60}$/, 'takes 1 to 60 letters, digits, dots, _ or -')
      .default(
        hostname()
          .replace(/[^A-Za-z0-9_.-]/g, '-')
          .slice(0, 60) || 'edge',
      )
      .describe('name of this receiver in the ledger'),
    EDGE_RECEIVE_BUFFER_BYTES: count(26_214_400, 65_536, 1_073_741_824).describe(
      'asked of the kernel for each UDP socket; capped by net.core.rmem_max',
    ),
    EDGE_MAX_TCP_CONNECTIONS: count(200, 1, 10_000).describe('open TCP connections per port; more are refused'),
    EDGE_TCP_IDLE_SECONDS: count(120, 1, 86_400).describe('a TCP connection that stops in the middle of a message is closed after this'),
    EDGE_MAX_IN_FLIGHT: count(128, 1, 10_000).describe(
      'frames published and not yet stored by the bus; beyond it TCP waits and UDP is counted as bus_full',
    ),
    EDGE_MASK: z
      .string()
      .default(MASK_KINDS.join(','))
      .transform((v) =>
        v
          .split(',')
          .map((kind) => kind.trim())
          .filter((kind) => kind !== ''),
      )
      .pipe(z.array(z.enum(MASK_KINDS, `takes a list of ${MASK_KINDS.join(', ')}`)))
      .describe(
        'what of SIP is overwritten with x before it is kept, with commas; digest: answers to password questions, sdes: media keys, ice: ICE passwords; empty: nothing',
      ),
  }),
  group: z.object({
    EDGE_GROUP: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,40}$/)
      .default('main')
      .describe('edges whose calls are assembled together'),
  }),
  decoder: z.object({
    DECODE_BATCH_FRAMES: count(200, 1, 2_000).describe('frames taken from the bus at a time'),
    DECODE_BLOCK_MS: count(250, 10, 10_000).describe('raw rows are written at least this often'),
  }),
  assembler: z.object({
    SNAPSHOT_SECONDS: count(5, 1, 3_600).describe('how often open conversations are saved'),
    DIALOG_LIMIT_SECONDS: count(14_400, 60, 604_800).describe(
      'an answered call without any sign of life is closed after this (OpenSIPS dialog default_timeout)',
    ),
    SETTLED_KEEP_SECONDS: count(600, 10, 86_400).describe('a written call stays in memory this long for late facts'),
    ASSEMBLER_MEMORY_MB: count(1_024, 64, 65_536).describe('bound on open and settled conversations; beyond it settled ones leave first'),
  }),
  portal: z.object({
    PORTAL_HOST: z.string().default('127.0.0.1').describe('address of the portal and REST'),
    PORTAL_PORT: port(3000).describe('port of the portal and REST'),
    BOOTSTRAP_TOKEN: z
      .string()
      .max(512)
      .regex(/^[\x21-\x7e]+$/, 'takes printable ASCII without spaces')
      .optional()
      .describe('operator token created at first start; not given: one is made and printed once'),
    EXPECT_SERVICES: z
      .string()
      .default('edge,decoder,assembler,jobs,recorder')
      .transform((v) =>
        v
          .split(',')
          .map((s) => s.trim())
          .filter(Boolean),
      )
      .describe('services that /healthz waits for'),
    EXPORTS_KEEP_HOURS: count(72, 1, 8_760).describe('files that were made in the background are kept so long'),
    TRUST_PROXY: flag.describe('1: a reverse proxy in front says in X-Forwarded-Proto and X-Forwarded-For how and from where people came'),
  }),
  mail: z.object({
    SMTP_URL: url(['smtp:', 'smtps:'])
      .optional()
      .describe('mail server, smtp://user:password@host:port; not given: no letters, passwords are restored by support alone'),
    MAIL_FROM: z.string().default('Callscope <callscope@localhost>').describe('sender of letters'),
    MAIL_FILES_KB: z.coerce
      .number()
      .int()
      .min(1)
      .max(51_200)
      .default(10_240)
      .describe('files of a mailing that go in the letter itself, KiB; more goes as a link, never cut'),
    WEBHOOKS_INSIDE: flag.describe('1: webhooks of companies may also ask addresses of private networks and of this machine'),
    SUPPORT_EMAIL: z.email('must be an e-mail address').optional().describe('who gets what people write by «Нужна помощь»'),
    PORTAL_URL: url(['http:', 'https:'])
      .optional()
      .describe('address under which people reach the portal, for links in letters; needed with SMTP_URL'),
  }),
  alarms: z.object({
    ALARM_MAIL: z
      .string()
      .default('')
      .transform((v) =>
        v
          .split(',')
          .map((s) => s.trim())
          .filter(Boolean),
      )
      .describe('addresses that are told of trouble with the system, with commas between; needs SMTP_URL'),
    ALARM_WEBHOOK: url(['http:', 'https:']).optional().describe('address that is told of trouble with the system, by POST'),
    ALARM_HOLD_SECONDS: count(30, 0, 3_600).describe('trouble that lasts shorter is told to nobody'),
    ALARM_LAG_SECONDS: count(60, 1, 86_400).describe('a stage that is further behind is trouble'),
    ALARM_DISK_PERCENT: count(10, 0, 100).describe('less free room in DATA_DIR is trouble'),
    ALARM_SPOOL_SECONDS: count(900, 1, 604_800).describe('a recording that waits longer in the spool is trouble'),
    ALARM_STREAM_PERCENT: count(50, 1, 100).describe('a stream of the bus that is fuller is trouble'),
  }),
  providers: z.object({
    OIDC_PROVIDERS: z
      .string()
      .default('[]')
      .transform((text, ctx) => {
        const given = z.array(oidcProvider).safeParse(fromJson(text));
        if (given.success) return given.data;
        ctx.addIssue({
          code: 'custom',
          message: `must be JSON as docs/operator.md says: ${given.error.issues.map((i) => `${i.path.join('.')} ${i.message}`).join(', ')}`,
        });
        return z.NEVER;
      })
      .describe('services by which linked accounts sign in, JSON: docs/operator.md'),
  }),
  objects: z.object({
    OBJECTS_URL: z
      .string()
      .default('')
      .describe(
        'where recordings are kept: file:/path, or s3://key:secret@host:port/bucket?tls=1&region=…; not given: objects in DATA_DIR',
      ),
    RECORDING_KEYS_FILE: z
      .string()
      .default('')
      .describe(
        'master keys of sealed recordings, 64 hex digits a line, the one in force first; not given: secrets/recording-keys in DATA_DIR, made by npm start',
      ),
  }),
  recorder: z.object({
    FFMPEG_BIN: z
      .string()
      .default('')
      .describe('ffmpeg; not given: that of the package ffmpeg-static where it is there, else the first on PATH'),
    RECORDING_FORMAT: z.enum(['mp3', 'opus', 'wav'], 'must be mp3, opus or wav').default('mp3').describe('what new recordings are kept as'),
    RECORDINGS_AT_ONCE: count(2, 1, 64).describe('recordings that one recorder works on at a time, each with at most one ffmpeg'),
    QUARANTINE_DAYS: count(30, 1, 3_650).describe('recordings that could not be used are kept aside so long'),
    FFMPEG_STUCK_SECONDS: count(30, 1, 3_600).describe('an ffmpeg that gets no further for so long is ended and begun again, once'),
  }),
  /** where programs are looked for */
  path: z.object({ PATH: z.string().default('') }),
  /** an empty one stands for DATA_DIR/spool: `spoolDir` */
  spool: z.object({
    SPOOL_DIR: z.string().default('').describe("rtpengine's recording-dir, with pcaps/ and metadata/; not given: spool in DATA_DIR"),
  }),
  /** what both the configuration of an edge and the agent beside it read */
  edgeMachine: z.object({
    EDGE_NODE_ID: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,60}$/, 'takes 1 to 60 letters, digits, _ or -')
      .default('edge-1')
      .describe('name of this edge, for commands and in what it tells; each machine has another'),
    EDGE_RTPENGINE: z
      .string()
      .regex(/^[0-9.]+:\d{1,5}$/, 'must be address:port')
      .default('127.0.0.1:2223')
      .describe("rtpengine's control port (listen-ng)"),
    EDGE_ANNOUNCEMENTS_DIR: z
      .string()
      .regex(/^\/[^\s"]*$/, 'must be an absolute path without spaces')
      .default('/var/lib/callscope/announcements')
      .describe('folder with COMPANY/NAME.wav, the announcements, as rtpengine sees it'),
  }),
  /** the agent beside OpenSIPS: started only where it is given */
  agent: z.object({
    EDGE_MI_URL: url(['http:'])
      .optional()
      .describe("OpenSIPS' management interface, e.g. http://127.0.0.1:8888/mi; given: the agent of this edge is started"),
    EDGE_CLICK_MI_URL: url(['http:'])
      .default('http://127.0.0.1:8889/mi')
      .describe('the same of the instance that makes calls which the portal asks for'),
  }),
  /** what `npm run edge:config` makes OpenSIPS and rtpengine of */
  edgeNode: z.object({
    EDGE_HEP_ID: count(2001, 1, 65_535).describe('number of this edge in HEP (capture id); rtpengine gets the next one'),
    EDGE_SIP_HOST: z.ipv4('must be an IPv4 address').default('127.0.0.1').describe('address where the edge takes SIP'),
    EDGE_SIP_PORT: port(5060).describe('SIP over UDP and TCP'),
    EDGE_PUBLIC_IP: z
      .ipv4('must be an IPv4 address')
      .optional()
      .describe('address under which phones and carriers see the edge; not given: EDGE_SIP_HOST'),
    EDGE_TLS_PORT: port(5061).describe('SIP over TLS, where a certificate is given'),
    EDGE_TLS_CERT: z.string().default('').describe('certificate chain of the edge, PEM; not given: neither TLS nor WSS'),
    EDGE_TLS_KEY: z.string().default('').describe('its private key, PEM'),
    EDGE_WS_PORT: port(0).describe('SIP over WebSocket, for a proxy in front that ends TLS; 0: none'),
    EDGE_WSS_PORT: port(8443).describe('SIP over secure WebSocket, where a certificate is given'),
    EDGE_MI_PORT: port(8888).describe('commands to OpenSIPS, on loopback'),
    EDGE_CLICK_PORT: port(5070).describe('UDP port from which calls that the portal asks for are made, through the edge itself'),
    EDGE_CLICK_MI_PORT: port(8889).describe('commands for such calls, on loopback'),
    EDGE_NOTIFY_PORT: port(2224).describe('where rtpengine tells OpenSIPS of DTMF, on loopback'),
    EDGE_MEDIA_PORTS: z
      .string()
      .regex(/^\d{1,5}-\d{1,5}$/, 'must be first-last')
      .default('30000-40000')
      .describe('UDP ports of media'),
    EDGE_DATABASE_URL: url(['postgres:'])
      .default('postgres://opensips:opensips@127.0.0.1:5432/callscope')
      .describe('PostgreSQL as role opensips, which sees schema edge only'),
    EDGE_HEP: z
      .string()
      .regex(/^[A-Za-z0-9.-]+:\d{1,5}$/, 'must be host:port')
      .default('127.0.0.1:9060')
      .describe('where ingest takes HEP'),
    EDGE_HEP_SOURCE_PORT: port(6060).describe('UDP port from which OpenSIPS sends HEP'),
    EDGE_EVENTS: z
      .string()
      .regex(/^[A-Za-z0-9.-]+:\d{1,5}(,[A-Za-z0-9.-]+:\d{1,5})?$/, 'must be host:port or two of them with a comma')
      .default('127.0.0.1:9061')
      .describe('where ingest takes call events; a second one takes over when the first does not answer'),
    EDGE_RECORDING_DIR: z
      .string()
      .regex(/^\/[^\s"]*$/, 'must be an absolute path without spaces')
      .default('/var/spool/rtpengine')
      .describe("rtpengine's recording-dir: the spool that the recorder reads"),
    EDGE_MODULES_DIR: z.string().default('/usr/lib/x86_64-linux-gnu/opensips/modules/').describe("OpenSIPS' modules"),
    EDGE_WORKERS: count(4, 1, 64).describe('processes of OpenSIPS for each transport'),
    EDGE_LONGEST_CALL_SECONDS: count(7_200, 60, 86_400).describe('a call is ended after this'),
    EDGE_FLOOD_REQUESTS: count(200, 10, 100_000).describe(
      'requests of one address in two seconds that count as a flood; trunks are exempt',
    ),
    EDGE_BAN_FAILURES: count(30, 3, 10_000).describe('failed attempts of one address in a minute that ban it'),
    EDGE_BAN_SECONDS: count(600, 10, 86_400).describe('for how long'),
  }),
  launch: z.object({
    NATS_PORT: port(4222).describe('port of the embedded bus'),
    CLICKHOUSE_PORT: port(8123).describe('port of the embedded store'),
    POSTGRES_PORT: port(5432).describe('port of the embedded PostgreSQL'),
    SERVER_WAIT_SECONDS: count(60, 0, 3_600).describe(
      'how long npm start waits for a server that NATS_URL, CLICKHOUSE_URL or DATABASE_URL names',
    ),
    NO_INSTALL: flag.describe('1: never install a missing system package'),
    DECODERS: count(1, 1, 64).describe('decoder processes that npm start runs'),
    RECORDERS: count(1, 0, 16).describe('recorder processes that npm start runs: they share the work'),
    ASSEMBLERS: count(1, 1, 8).describe('assembler processes that npm start runs: one is active, the others wait'),
  }),
} as const;

/** rtpengine's recording directory: SPOOL_DIR, or `spool` beside everything else. */
export function spoolDir(config: { SPOOL_DIR: string; DATA_DIR: string }): string {
  return config.SPOOL_DIR === '' ? resolve(config.DATA_DIR, 'spool') : resolve(config.SPOOL_DIR);
}

/** OBJECTS_URL, or a directory beside everything else. */
export function objectsUrl(config: { OBJECTS_URL: string; DATA_DIR: string }): string {
  return config.OBJECTS_URL === '' ? pathToFileURL(resolve(config.DATA_DIR, 'objects')).href : config.OBJECTS_URL;
}

/** Master keys of sealed recordings: RECORDING_KEYS_FILE, or a file beside everything else. */
export function recordingKeysFile(config: { RECORDING_KEYS_FILE: string; DATA_DIR: string }): string {
  return config.RECORDING_KEYS_FILE === '' ? resolve(config.DATA_DIR, 'secrets', 'recording-keys') : resolve(config.RECORDING_KEYS_FILE);
}

export class ConfigError extends Error {}

/**
 * @example const config = readConfig(blocks.common, blocks.nats);
 * @throws ConfigError naming each wrong setting
 */
export function readConfig<T extends readonly z.ZodObject[]>(...parts: T): MergedOutput<T> {
  const merged: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const part of parts) {
    const given: Record<string, string> = {};
    for (const key of Object.keys(part.shape)) {
      const value = process.env[key];
      if (value !== undefined && value !== '') given[key] = value;
    }
    const parsed = part.safeParse(given);
    if (parsed.success) Object.assign(merged, parsed.data);
    else for (const issue of parsed.error.issues) problems.push(`${issue.path.join('.')}: ${issue.message}`);
  }
  if (problems.length) throw new ConfigError(`wrong settings in the environment\n  ${problems.join('\n  ')}`);
  return Object.freeze(merged) as MergedOutput<T>;
}

type MergedOutput<T extends readonly z.ZodObject[]> = Readonly<UnionToIntersection<z.output<T[number]>>>;
type UnionToIntersection<U> = (U extends unknown ? (x: U) => void : never) extends (x: infer I) => void ? I : never;

/** Which of these settings the environment gives; an empty one counts as not given. */
export function given(name: string): boolean {
  return (process.env[name] ?? '') !== '';
}

/** DATA_DIR for a process that does not own it: given by the launcher, so the servers are on this disk; null where it is not. */
export function localDataDir(): string | null {
  return given('DATA_DIR') ? readConfig(blocks.data).DATA_DIR : null;
}

/** For a library that reads its settings from the environment by itself, before it is loaded. */
export function configureLibrary(settings: Record<string, string>): void {
  Object.assign(process.env, settings);
}

/** Environment for a child process: this process' own, with these settings on top. */
export function childEnvironment(settings: Record<string, string>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [k, v] of Object.entries(process.env)) if (v !== undefined) env[k] = v;
  return { ...env, ...settings };
}
