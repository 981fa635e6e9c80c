import { randomUUID, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createGunzip, createGzip } from 'node:zlib';
import type { Session } from 'chdb';
import { Busy, quote, SessionPool } from './sessions.ts';

/**
 * ClickHouse's HTTP interface over the embedded engine, as far as clients of this product use it: queries with typed
 * parameters and settings, inserts in any format, streamed answers, error codes. So the code that reads and writes is the
 * same against a real server.
 */
export interface FacadeOptions {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** directory for insert bodies on their way in */
  tmp: string;
  /** opens another session of the engine, database chosen */
  open: () => Session;
}

const WRITERS = 3;
const READERS = 5;
const MAX_INSERT_BYTES = 256 * 1024 * 1024;
const MAX_QUERY_BYTES = 16 * 1024 * 1024;
/** limits of every read; a request with settings of its own gets a session of its own, locked after them */
const READ_LIMITS = { max_execution_time: '60', max_memory_usage: '2000000000', max_result_bytes: '0' };

const NOT_SETTINGS = new Set([
  'query',
  'database',
  'default_format',
  'query_id',
  'session_id',
  'user',
  'password',
  'enable_http_compression',
  'wait_end_of_query',
  'compress',
  'decompress',
  'http_headers_progress_interval_ms',
  'send_progress_in_http_headers',
  'role',
]);
const READ = /^\s*(?:\/\*[\s\S]*?\*\/\s*)*(?:\(\s*)*(?:select|with|show|describe|desc|explain|exists)\b/i;
const INSERT = /^\s*insert\s+into\s+(?:table\s+)?([`"\w.]+)\s*(\([^)]*\))?\s*(?:settings\s+([\s\S]*?)\s+)?format\s+(\w+)\s*;?\s*$/i;

class HttpError extends Error {
  readonly status: number;
  readonly code: number;
  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Parameters of a query travel in its address; a ClickHouse server takes as much (http_max_uri_size). */
const LONGEST_URL = 1 << 20;

export async function serveClickhouse(options: FacadeOptions): Promise<{ server: Server; close(): Promise<void> }> {
  const writers = new SessionPool(WRITERS, options.open);
  const openReader = (settings: Record<string, string>) => {
    const session = options.open();
    for (const [k, v] of Object.entries({ ...READ_LIMITS, ...settings })) session.query(`SET ${k} = ${quote(v)}`);
    session.query('SET readonly = 1');
    return session;
  };
  const readers = new SessionPool(READERS, () => openReader({}));
  const structures = new Map<string, string>();
  const credentials = [options.user, options.password].map((t) => Buffer.from(t));

  const server = createServer({ maxHeaderSize: LONGEST_URL }, (request, response) => {
    handle(request, response).catch((error) => fail(response, error));
  });
  server.keepAliveTimeout = 10_000;
  server.requestTimeout = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/ping') {
      response.end('Ok.\n');
      return;
    }
    if (!isAllowed(request, url))
      throw new HttpError(
        403,
        516,
        `${options.user}: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)`,
      );
    const fromUrl = url.searchParams.get('query') ?? '';
    const params = new Map<string, string>();
    const settings: Record<string, string> = {};
    for (const [key, value] of url.searchParams) {
      if (key.startsWith('param_')) params.set(key, value);
      else if (!NOT_SETTINGS.has(key) && /^\w+$/.test(key)) settings[key] = value;
    }
    response.setHeader('x-clickhouse-query-id', url.searchParams.get('query_id') ?? randomUUID());
    const insert = INSERT.exec(fromUrl);
    if (insert && !/^values$/i.test(insert[4] ?? '')) {
      await insertBody(request, insert, settings);
      response.end();
      return;
    }
    const body = await readBody(request, MAX_QUERY_BYTES);
    const sql = [fromUrl, Buffer.concat(body).toString('utf8')].filter(Boolean).join('\n');
    if (sql.trim() === '') throw new HttpError(400, 62, 'Empty query. (SYNTAX_ERROR)');
    const answer = {
      request,
      response,
      gzip: url.searchParams.get('enable_http_compression') === '1' && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? '')),
    };
    if (!READ.test(sql)) {
      await writers.hold((session) =>
        withSettings(session, settings, async () => {
          setParams(session, params);
          const result = await session.queryAsync(sql, { format: url.searchParams.get('default_format') ?? 'TabSeparated' });
          if (/^\s*(create|alter|drop|rename|exchange|attach|detach)\b/i.test(sql)) structures.clear();
          response.end(Buffer.from(result.bytes()));
        }),
      );
      return;
    }
    const format = url.searchParams.get('default_format') ?? 'TabSeparated';
    if (Object.keys(settings).length === 0) await readers.hold((session) => stream(session, sql, format, params, answer));
    else {
      const session = openReader(settings);
      try {
        await stream(session, sql, format, params, answer);
      } finally {
        session.close();
      }
    }
  }

  function isAllowed(request: IncomingMessage, url: URL): boolean {
    let user = request.headers['x-clickhouse-user'] ?? url.searchParams.get('user') ?? '';
    let password = request.headers['x-clickhouse-key'] ?? url.searchParams.get('password') ?? '';
    const basic = /^basic (.+)$/i.exec(request.headers.authorization ?? '');
    if (basic?.[1]) {
      const text = Buffer.from(basic[1], 'base64').toString('utf8');
      user = text.slice(0, text.indexOf(':'));
      password = text.slice(text.indexOf(':') + 1);
    }
    const given = [Buffer.from(String(user)), Buffer.from(String(password))];
    return given.every((g, i) => g.length === (credentials[i] as Buffer).length && timingSafeEqual(g, credentials[i] as Buffer));
  }

  /** The body goes to a file and in from there: the engine's own insert call takes text formats only, `file()` takes all. */
  async function insertBody(
    request: IncomingMessage,
    [, table = '', columns = '', inner = '', format = '']: RegExpExecArray,
    settings: Record<string, string>,
  ): Promise<void> {
    const body = await readBody(request, MAX_INSERT_BYTES);
    if (body.every((part) => part.length === 0)) return;
    const file = join(options.tmp, `${randomUUID()}.insert`);
    try {
      await writeFile(file, body);
      const clauses = [...Object.entries(settings).map(([k, v]) => `${k} = ${quote(v)}`), ...(inner ? [inner] : [])];
      await writers.hold(async (session) => {
        const structure = await structureOf(session, table, columns);
        await session.queryAsync(
          `INSERT INTO ${table} ${columns} ${clauses.length > 0 ? `SETTINGS ${clauses.join(', ')}` : ''} SELECT * FROM file(${quote(file)}, ${quote(format)}, ${quote(structure)})`,
        );
      });
    } finally {
      await rm(file, { force: true });
    }
  }

  /** `name Type, …` of the named columns, as `file()` wants it; kept until the next DDL. */
  async function structureOf(session: Session, table: string, columns: string): Promise<string> {
    const key = `${table}${columns}`;
    const known = structures.get(key);
    if (known !== undefined) return known;
    const name = table.replace(/[`"]/g, '').split('.').at(-1) ?? '';
    const database = table.includes('.') ? (table.replace(/[`"]/g, '').split('.')[0] ?? options.database) : options.database;
    const rows = (
      await session.queryAsync(
        `SELECT name, type FROM system.columns WHERE database = ${quote(database)} AND table = ${quote(name)} AND default_kind NOT IN ('MATERIALIZED', 'ALIAS') ORDER BY position`,
        { format: 'JSONCompactEachRow' },
      )
    ).text();
    const types = new Map(
      rows
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as [string, string]),
    );
    if (types.size === 0) throw new HttpError(404, 60, `Table ${database}.${name} does not exist. (UNKNOWN_TABLE)`);
    const wanted =
      columns === ''
        ? [...types.keys()]
        : columns
            .slice(1, -1)
            .split(',')
            .map((c) => c.trim().replace(/[`"]/g, ''));
    const structure = wanted
      .map((column) => {
        const type = types.get(column);
        if (!type) throw new HttpError(404, 16, `No such column ${column} in table ${database}.${name}. (NO_SUCH_COLUMN_IN_TABLE)`);
        return `\`${column}\` ${type}`;
      })
      .join(', ');
    structures.set(key, structure);
    return structure;
  }

  return {
    server,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await Promise.race([closed, new Promise((done) => setTimeout(done, 3_000))]);
      server.closeAllConnections();
      readers.close();
      writers.close();
    },
  };
}

function setParams(session: Session, params: ReadonlyMap<string, string>): void {
  for (const [key, value] of params) if (/^param_\w+$/.test(key)) session.query(`SET ${key} = ${quote(value)}`);
}

/** Settings hold for this request only: a session would keep them. */
async function withSettings(session: Session, settings: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const set: string[] = [];
  try {
    for (const [k, v] of Object.entries(settings)) {
      session.query(`SET ${k} = ${quote(v)}`);
      set.push(k);
    }
    await work();
  } finally {
    for (const k of set) session.query(`SET ${k} = DEFAULT`);
  }
}

interface Answer {
  request: IncomingMessage;
  response: ServerResponse;
  gzip: boolean;
}

/** Chunks of the result as they come, never the whole; a client that leaves ends its query. */
async function stream(
  session: Session,
  sql: string,
  format: string,
  params: ReadonlyMap<string, string>,
  { response, gzip }: Answer,
): Promise<void> {
  setParams(session, params);
  let gone = false;
  response.once('close', () => {
    gone = true;
  });
  const out = gzip ? createGzip({ level: 1 }) : response;
  if (gzip) {
    response.setHeader('content-encoding', 'gzip');
    (out as ReturnType<typeof createGzip>).pipe(response);
  }
  for await (const chunk of session.queryStream(sql, { format })) {
    if (gone) break;
    if (!out.write(chunk.raw())) await Promise.race([once(out, 'drain'), once(response, 'close')]);
  }
  out.end();
}

async function readBody(request: IncomingMessage, limit: number): Promise<Buffer[]> {
  const source = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of source as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limit)
      throw new HttpError(413, 241, `The request body is larger than ${limit} bytes: send smaller blocks. (MEMORY_LIMIT_EXCEEDED)`);
    parts.push(part);
  }
  return parts;
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    // part of the answer is out: only a broken connection tells the client that it is not whole
    response.destroy();
    return;
  }
  const { status, code, text } = describeError(error);
  response.removeHeader('content-encoding');
  response.writeHead(status, { 'content-type': 'text/plain; charset=UTF-8', 'x-clickhouse-exception-code': String(code) });
  response.end(text);
}

function describeError(error: unknown): { status: number; code: number; text: string } {
  if (error instanceof HttpError)
    return { status: error.status, code: error.code, text: `Code: ${error.code}. DB::Exception: ${error.message}` };
  if (error instanceof Busy)
    return { status: 503, code: 202, text: 'Code: 202. DB::Exception: Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)' };
  const text = error instanceof Error ? error.message : String(error);
  const code = Number(/Code: (\d+)/.exec(text)?.[1] ?? 1002);
  return {
    status: code === 60 || code === 81 || code === 47 ? 404 : code === 62 || code === 27 ? 400 : 500,
    code,
    text: text.startsWith('Code:') ? text : `Code: ${code}. DB::Exception: ${text}`,
  };
}
