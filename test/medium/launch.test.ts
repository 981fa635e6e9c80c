import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createLog } from '@callscope/core/node/log.ts';
import { connectBus } from '@callscope/core/node/nats.ts';
import { sumLedgerDays } from '@callscope/ingest/write/ledger-days.ts';
import { waitForGiven } from '@callscope/launch/given-servers.ts';
import { migrate } from '@callscope/launch/migrate.ts';
import { envExample, help } from '@callscope/launch/settings.ts';
import { type ClickHouseClient, ClickHouseError, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, type Stack, startStack, until } from './stack.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const quiet = createLog('test', { write: () => undefined });

/** npm start with these settings, to its end. */
async function start(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'launch/main.ts')], {
    cwd: ROOT,
    env: {
      ...process.env,
      LOG_FORMAT: 'text',
      PORTAL_PORT: String(await freePort()),
      HEP_PORT: String(await freePort()),
      EVENTS_PORT: String(await freePort()),
      ...env,
    },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const limit = setTimeout(() => child.kill('SIGTERM'), 30_000);
  const code = await new Promise<number | null>((done) => child.once('exit', done));
  clearTimeout(limit);
  return { code, output };
}

describe('what cannot start says why', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'callscope-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test('DATA_DIR that is a file', async () => {
    writeFileSync(join(dir, 'file'), '');
    const { code, output } = await start({ DATA_DIR: join(dir, 'file') });
    expect([code, output]).toEqual([2, expect.stringMatching(/DATA_DIR .*file (is not a directory|cannot be made)/)]);
  });

  test('DATA_DIR below a file', async () => {
    const { code, output } = await start({ DATA_DIR: join(dir, 'file', 'below') });
    expect([code, output]).toEqual([2, expect.stringContaining('DATA_DIR')]);
  });

  test('DATA_DIR where nobody can make anything', async () => {
    const { code, output } = await start({ DATA_DIR: '/proc/nope/deeper' });
    expect([code, output]).toEqual([2, expect.stringContaining('DATA_DIR /proc/nope/deeper cannot be made')]);
  });

  test.each(['HEP_PORT', 'EVENTS_PORT'])('a %s that is taken for UDP only', async (setting) => {
    const socket = createSocket('udp4');
    // one of the kernel's own may be taken for TCP by somebody's connection
    const port = await freePort();
    await new Promise<void>((done) => socket.bind(port, '127.0.0.1', done));
    const { code, output } = await start({ DATA_DIR: join(dir, setting), [setting]: String(port) });
    socket.close();
    expect([code, output]).toEqual([2, expect.stringMatching(`port ${port} is taken.* \\(UDP\\): choose another with ${setting}`)]);
  });

  // 203.0.113.0/24 is for documentation (RFC 5737)
  test.each(['PORTAL_HOST', 'EDGE_HOST'])('a %s of another machine', async (setting) => {
    const { code, output } = await start({ DATA_DIR: join(dir, setting), [setting]: '203.0.113.9' });
    expect([code, output]).toEqual([2, expect.stringContaining(`${setting} 203.0.113.9 is not an address of this machine`)]);
  });

  test('one port for two', async () => {
    const port = String(await freePort());
    const { code, output } = await start({ DATA_DIR: join(dir, 'two'), PORTAL_PORT: port, NATS_PORT: port });
    expect([code, output]).toEqual([2, expect.stringContaining(`PORTAL_PORT and NATS_PORT are both ${port}`)]);
  });

  test.each([
    ['DATABASE_URL', 'postgres://callscope:secret@127.0.0.1:1/callscope'],
    ['NATS_URL', 'nats://callscope:secret@127.0.0.1:1'],
    ['CLICKHOUSE_URL', 'http://callscope:secret@127.0.0.1:1/callscope'],
  ])('a %s where nobody answers is waited for, then named', async (setting, url) => {
    const { code, output } = await start({ DATA_DIR: join(dir, setting), [setting]: url, SERVER_WAIT_SECONDS: '1' });
    expect([code, output]).toEqual([2, expect.stringMatching(`waiting for the server of ${setting}.*ECONNREFUSED`)]);
    expect(output).toMatch(new RegExp(`error .*the server of ${setting} .* does not answer: start it, change ${setting}, or leave it out`));
    expect(output).not.toMatch(/secret|starting PostgreSQL|starting the bus/);
  });

  test.each(['PORTAL_PORT', 'HEP_PORT', 'EVENTS_PORT', 'NATS_PORT', 'CLICKHOUSE_PORT', 'POSTGRES_PORT'])('a taken %s', async (setting) => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const { code, output } = await start({ DATA_DIR: join(dir, setting), [setting]: String(port) });
    server.close();
    expect([code, output]).toEqual([2, expect.stringContaining(`port ${port} is taken`)]);
    expect(output).toContain(setting);
  });

  test('settings that are none are named, without their values', async () => {
    const { code, output } = await start({
      DATA_DIR: join(dir, 'x'),
      HEP_PORT: 'many',
      NATS_URL: 'http://secret@host',
      BOOTSTRAP_TOKEN: 'two words',
      // of services, not of the launcher itself
      DECODE_BATCH_FRAMES: 'lots',
      SNAPSHOT_SECONDS: '0',
      EDGE_GROUP: 'a b',
    });
    expect(code).toBe(2);
    for (const name of ['HEP_PORT', 'BOOTSTRAP_TOKEN', 'NATS_URL', 'DECODE_BATCH_FRAMES', 'SNAPSHOT_SECONDS', 'EDGE_GROUP'])
      expect(output).toContain(`${name}: `);
    expect(output).toContain('DECODE_BATCH_FRAMES: must be a whole number from 1 to 2000');
    expect(output).not.toMatch(/many|secret|lots/);
  });

  test('a missing package is named with its command, and NO_INSTALL keeps it that way', async () => {
    const bin = join(dir, 'bin');
    mkdirSync(bin, { recursive: true });
    for (const command of ['sh', 'apt-get', 'setpriv', 'unshare', 'nice']) {
      const path = spawnSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).stdout.trim();
      if (path !== '') spawnSync('ln', ['-s', path, join(bin, command)]);
    }
    const { code, output } = await start({ DATA_DIR: join(dir, 'y'), PATH: bin, NO_INSTALL: '1' });
    expect([code, output]).toEqual([2, expect.stringContaining('apt-get install -y -qq --no-install-recommends nats-server')]);
    expect(output).toContain('NO_INSTALL=1');
  });
});

describe('a server that a URL names', () => {
  const bus = async (...args: string[]) => {
    const port = await freePort();
    const dir = mkdtempSync(join(tmpdir(), 'callscope-'));
    const config = join(dir, 'nats.conf');
    writeFileSync(config, `host: 127.0.0.1\nport: ${port}\n${args.join('\n')}\njetstream { store_dir: "${dir}" }\n`);
    const url = `nats://127.0.0.1:${port}`;
    return {
      url,
      config,
      run: (...more: string[]) => spawn('nats-server', more.length > 0 ? more : ['-c', config], { stdio: 'ignore' }),
      dir,
    };
  };
  const asked = async (url: string) => {
    process.env.NATS_URL = url;
    try {
      await waitForGiven({ NATS_URL: url, DATABASE_URL: '', CLICKHOUSE_URL: '' }, 20, quiet, () => false);
    } finally {
      delete process.env.NATS_URL;
    }
  };

  test('may come later than we do', async () => {
    const { url, run, dir } = await bus('max_payload: 8388608');
    const waiting = asked(url);
    await new Promise((done) => setTimeout(done, 700));
    const server = run();
    await waiting;
    server.kill();
    rmSync(dir, { recursive: true, force: true });
  });

  test('is refused at once when waiting would not help', async () => {
    const { url, run, dir } = await bus('max_payload: 1048576');
    const server = run();
    await expect(asked(url)).rejects.toThrow(/^the server of NATS_URL .* cannot be used$/);
    server.kill();
    rmSync(dir, { recursive: true, force: true });
  });
});

test('--help and .env.example name every setting', () => {
  expect(readFileSync(join(ROOT, '.env.example'), 'utf8'), 'run npm run settings').toBe(envExample());
  for (const name of [
    'DATA_DIR',
    'PORTAL_PORT',
    'HEP_PORT',
    'EVENTS_PORT',
    'NATS_URL',
    'CLICKHOUSE_URL',
    'DATABASE_URL',
    'NO_INSTALL',
    'BOOTSTRAP_TOKEN',
    'DECODERS',
  ])
    expect(help()).toContain(name);
});

describe('a running system', () => {
  let stack: Stack;
  let store: ClickHouseClient;
  const url = () => {
    const port = /"message":"starting the store","port":(\d+)/.exec(stack.log())?.[1];
    return `http://callscope:${readFileSync(join(stack.dataDir, 'secrets/clickhouse'), 'utf8')}@127.0.0.1:${port}/callscope`;
  };
  const ask = async <T>(query: string, more: Partial<Parameters<ClickHouseClient['query']>[0]> = {}) =>
    (await store.query({ query, format: 'JSONEachRow', ...more })).json() as Promise<T[]>;
  const codeOf = async (work: Promise<unknown>) =>
    work.then(
      () => 'no error',
      (error) => (error instanceof ClickHouseError ? error.code : String(error)),
    );

  beforeAll(async () => {
    stack = await startStack();
    store = createClient({ url: url() });
    await store.command({
      query:
        "CREATE TABLE t (a UInt32, b String, d DateTime64(3, 'UTC'), l Array(LowCardinality(String))) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100",
    });
  });
  afterAll(async () => {
    await store.close();
    await stack.end();
  });

  test('a second start on the same DATA_DIR says so', async () => {
    const { code, output } = await start({ DATA_DIR: stack.dataDir });
    expect([code, output]).toEqual([2, expect.stringContaining(`is in use by another start (pid ${stack.pid})`)]);
  });

  test('servers of the same kind that let nobody in are named, at once', async () => {
    const wrong = { CLICKHOUSE_URL: url().replace(/:[^:@/]+@/, ':wrong@'), NATS_URL: stack.natsUrl().replace(/:[^:@/]+@/, ':wrong@') };
    for (const [setting, value] of Object.entries(wrong)) {
      const { code, output } = await start({ DATA_DIR: join(stack.dataDir, 'other'), [setting]: value });
      expect([code, output]).toEqual([
        2,
        expect.stringMatching(`the server of ${setting} .* cannot be used: .*(refuses|Authentication failed)`),
      ]);
      expect(output).not.toContain('wrong');
    }
    const port = /"message":"starting PostgreSQL","port":(\d+)/.exec(stack.log())?.[1];
    const { code, output } = await start({
      DATA_DIR: join(stack.dataDir, 'other'),
      DATABASE_URL: `postgres://callscope:wrong@127.0.0.1:${port}/callscope`,
    });
    expect([code, output]).toEqual([2, expect.stringContaining('password authentication failed')]);
  });

  test('migrations run twice change nothing', async () => {
    await Promise.all([migrate(stack.databaseUrl(), url(), quiet), migrate(stack.databaseUrl(), url(), quiet)]);
    expect(await ask('SELECT id, count() AS n FROM schema_migrations GROUP BY id HAVING n > 1')).toEqual([]);
  });

  const insert = async (rows: Buffer, token?: string) => {
    const { stream } = await store.exec({
      query: 'INSERT INTO t (a, b, d, l) FORMAT RowBinary',
      values: Readable.from([rows], { objectMode: false }),
      ...(token ? { clickhouse_settings: { insert_deduplication_token: token } } : {}),
    });
    stream.resume();
  };
  const row = (a: number, b: string) => {
    const text = Buffer.from(b);
    const out = Buffer.alloc(4 + 1 + text.length + 8 + 1 + 2);
    out.writeUInt32LE(a, 0);
    out[4] = text.length;
    text.copy(out, 5);
    out.writeBigInt64LE(1_795_445_573_058n, 5 + text.length);
    out[13 + text.length] = 1;
    out[14 + text.length] = 1;
    out.write('x', 15 + text.length);
    return out;
  };

  test('RowBinary goes in, a repeated token is stored once', async () => {
    for (let i = 0; i < 3; i++) await insert(Buffer.concat([row(1, "it's"), row(2, 'Мария')]), 'token-1');
    await insert(row(3, ''), 'token-2');
    expect(await ask('SELECT a, b, toUnixTimestamp64Milli(d) AS ms, l FROM t ORDER BY a')).toEqual([
      { a: 1, b: "it's", ms: 1_795_445_573_058, l: ['x'] },
      { a: 2, b: 'Мария', ms: 1_795_445_573_058, l: ['x'] },
      { a: 3, b: '', ms: 1_795_445_573_058, l: ['x'] },
    ]);
    expect(await codeOf(insert(Buffer.from([1, 2, 3])))).toMatch(/^(32|33|27|117)$/);
  });

  test('typed parameters keep every character, settings do not stay', async () => {
    const strange = ["x'y", '\\z\n\t', 'ёж', '{n: String}', ''];
    expect(
      await ask('SELECT {a: Array(String)} AS a, {s: String} AS s, {n: Nullable(String)} AS n', {
        query_params: { a: strange, s: "a'b\\c\nd", n: null },
      }),
    ).toEqual([{ a: strange, s: "a'b\\c\nd", n: null }]);
    expect(await codeOf(ask('SELECT count() FROM numbers(1000000)', { clickhouse_settings: { max_rows_to_read: '10' } }))).toBe('158');
    for (let i = 0; i < 8; i++) expect(await ask('SELECT count() AS n FROM numbers(1000000)')).toEqual([{ n: 1_000_000 }]);
  });

  test('a large answer is streamed, compressed ones too', async () => {
    for (const compression of [{ response: false }, { response: true }]) {
      const client = createClient({ url: url(), compression });
      const result = await client.query({ query: 'SELECT number, toString(number) AS s FROM numbers(300000)', format: 'JSONEachRow' });
      let rows = 0;
      for await (const part of result.stream()) rows += part.length;
      expect(rows).toBe(300_000);
      await client.close();
    }
  });

  test('reading cannot write, look at files or ask elsewhere; a wrong password is refused', async () => {
    expect(await codeOf(ask("SELECT * FROM file('/etc/hostname', 'LineAsString')"))).toBe('164');
    expect(await codeOf(ask("SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')"))).toBe('164');
    expect(await codeOf(ask('SELECT * FROM nowhere'))).toBe('60');
    const stranger = createClient({ url: url().replace(/:[^:@/]+@/, ':wrong@') });
    expect(await codeOf(stranger.query({ query: 'SELECT 1' }))).toBe('516');
    await stranger.close();
  });

  test('a query in the way does not hold up the others', async () => {
    const slow = ask('SELECT count() FROM numbers(3000000000) WHERE sipHash64(number) = 1', {
      clickhouse_settings: { max_execution_time: 5, max_threads: 1 },
    }).catch(() => 'ended');
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => ask(`SELECT ${i} AS i`)));
    expect(answers.map((a) => (a[0] as { i: number }).i)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await slow;
  });

  test('past days of the ledger are summed and stay what they were', async () => {
    const ledger = async () => (await stack.rest<{ stages: object[]; edges: object[] }>('GET', '/ops/ledger')).edges;
    await store.command({
      query: `INSERT INTO ledger_frames (edge, boot, channel, first_n, count, received_at, stored, duplicate, dead, dropped, facts, edge_drops)
        SELECT 'old', 7, 'hep-udp', 1 + number * 100, 100, now64(3) - toIntervalDay(5 + number % 2), 90, 5, 1, map('version', 4), 50, map('kernel_buffer', number) FROM numbers(40)`,
    });
    const before = await ledger();
    expect(before).toEqual(
      expect.arrayContaining([expect.objectContaining({ edge: 'old', accepted: 4_000, decoded: 4_000, dropped: { kernel_buffer: 39 } })]),
    );
    expect(await sumLedgerDays(store)).toHaveLength(2);
    expect(await sumLedgerDays(store)).toHaveLength(0);
    expect(await ask("SELECT count() AS n FROM ledger_frames WHERE edge = 'old'")).toEqual([{ n: 0 }]);
    expect(await ledger()).toEqual(before);
  });

  test("a cluster's tables are printed from the same migrations, and every statement is one that the store understands", async () => {
    const printed = spawnSync(process.execPath, [join(ROOT, 'launch/migrate.ts'), '--ddl', 'callscope'], { encoding: 'utf8' }).stdout;
    const statements = printed.split(/;$/m).filter((statement) => /^\w/m.test(statement.replace(/^--.*$/gm, '')));
    expect(statements.length).toBeGreaterThan(50);
    const read = (statement: string) => ask('SELECT formatQuery({statement: String}) AS read', { query_params: { statement } });
    for (const statement of statements) expect(await read(statement), statement).toHaveLength(1);
    await expect(read("CREATE TABLE x ON CLUSTER 'a' (y String) ENGINE ReplicatedMergeTree ORDERED BY y")).rejects.toThrow();
    const tables = printed.match(/^CREATE TABLE IF NOT EXISTS (?!\w+_of_all)\w+ ON CLUSTER 'callscope'/gm) ?? [];
    expect(printed.match(/ENGINE = Replicated/g)).toHaveLength(tables.length);
    expect(spawnSync(process.execPath, [join(ROOT, 'launch/migrate.ts'), '--ddl', "a' b"], { encoding: 'utf8' }).status).toBe(2);
  });

  test('a message that is no frame becomes a dead letter: listed, shown, replayed', async () => {
    const natsUrl = `nats://callscope:${readFileSync(join(stack.dataDir, 'secrets/nats'), 'utf8')}@127.0.0.1:${/"message":"starting the bus","port":(\d+)/.exec(stack.log())?.[1]}`;
    const bus = await connectBus(natsUrl, 'test', quiet);
    await bus.js.publish('raw.hep.test', Buffer.from('no frame'));
    await bus.close();
    const dlq = (...args: string[]) =>
      spawnSync(process.execPath, [join(ROOT, 'ingest/main-dlq.ts'), ...args], {
        encoding: 'utf8',
        env: { ...process.env, NATS_URL: natsUrl },
      });
    await until('the dead letter', () => dlq('list').stdout.includes('frame'));
    expect(dlq('list').stdout).toMatch(/^1\t.*\tframe\t8 bytes\traw\.hep\.test\tframe version/);
    expect(dlq('show', '1').stdout).toContain('6e 6f 20 66 72 61 6d 65');
    expect(dlq('replay', '1').stdout).toContain('1\treplayed');
    // it cannot be a frame the second time either: a dead letter again, the first one gone
    await until('it is back', () => dlq('list').stdout.startsWith('2\t'));
    expect(dlq('--help').stdout).toContain('npm run dlq');
  });
});
