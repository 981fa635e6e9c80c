import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack, until } from '../medium/stack.ts';
import { PASSWORD, Visitor } from '../medium/visitor.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import { RECORDED, startRecorded } from '../recordings/recorded-company.ts';
import { allIds, callEvents, sendReliably } from './reliable-edge.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const ROUND = 25;
/** of the fixtures: what happened before any call of this test */
const PERIOD = 'from=2026-11-20T00:00:00Z&to=2026-11-25T00:00:00Z';

const home = mkdtempSync(join(tmpdir(), 'callscope-backup-'));
const backup = join(home, 'backup');
let stack: Stack;
let restored: Stack | undefined;

interface Ended {
  code: number;
  said: string;
}

/** A command of the operator, as npm runs it. */
function command(script: string, args: string[], env: Record<string, string>): Promise<Ended> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(ROOT, 'launch', script), ...args],
      { cwd: ROOT, env: { ...process.env, ...env } },
      (error, out, said) => done({ code: error ? Number(error.code ?? 1) : 0, said: out + said }),
    );
  });
}

const audioOf = async (at: Stack) =>
  Promise.all(
    RECORDED.map(async ({ call }) => {
      const response = await at.fetch(`/api/v1/tenants/t1/calls/${encodeURIComponent(call.call_id)}/recording`);
      return { status: response.status, sound: Buffer.from(await response.arrayBuffer()).toString('base64') };
    }),
  );

/** What people see of the time before the test, as REST says it. */
async function seen(at: Stack): Promise<unknown> {
  const of = (path: string) => at.rest<unknown>('GET', `/tenants/t1/${path}`);
  const calls = await of(`calls?${PERIOD}&limit=1000`);
  const one = RECORDED[0]?.call.call_id ?? '';
  return {
    calls,
    hourly: await of(`reports/hourly?${PERIOD}`),
    employees: await of(`reports/outgoing-by-employee?${PERIOD}`),
    call: await of(`calls/${encodeURIComponent(one)}`),
    messages: await of(`calls/${encodeURIComponent(one)}/messages`),
    cases: await of('cases'),
    directory: await of('directory'),
    versions: await of('directory/versions'),
    companies: await at.rest('GET', '/tenants'),
    users: await of('users'),
  };
}

describe.skipIf(FFMPEG === null)('a backup while calls come in', () => {
  const before: string[] = [];
  const during: string[] = [];
  let made: Ended;
  let seenBefore: unknown;
  let heardBefore: unknown;
  let master: string;

  beforeAll(async () => {
    stack = await startRecorded((at) => at.rest('PUT', '/tenants/t1/recordings/sealing', { on: true }));
    for (const role of ['admin', 'observer']) await stack.rest('PUT', `/tenants/t1/users/${role}`, { password: PASSWORD, role });
    master = readFileSync(join(stack.dataDir, 'secrets/recording-keys'), 'utf8');
    before.push(...(await round('before')));
    await until('calls are written', async () => (await allIds(stack, 't1')).filter((id) => id.startsWith('before')).length === ROUND);
    seenBefore = await seen(stack);
    heardBefore = await audioOf(stack);

    // one round after the other until the backup is made, and one that has begun before it
    let isMade = false;
    const calling = (async () => {
      for (let n = 0; !isMade; n++) during.push(...(await round(`during${n}`)));
    })();
    await until('calls come in', () => during.length > 0);
    made = await command('backup.ts', [backup, '--objects'], { DATA_DIR: stack.dataDir });
    isMade = true;
    await calling;
    await stack.stop();
  });
  afterAll(async () => {
    await restored?.end();
    await stack?.end();
    rmSync(home, { recursive: true, force: true });
  });

  async function round(name: string): Promise<string[]> {
    await sendReliably(stack.ports.events, callEvents(name, ROUND), 60_000);
    return Array.from({ length: ROUND }, (_, i) => `${name}-${i}`);
  }

  /** An empty DATA_DIR, with the master keys put back or not. */
  function emptyDir(name: string, hasKeys: boolean): string {
    const dir = join(home, name);
    mkdirSync(join(dir, 'secrets'), { recursive: true });
    if (hasKeys) writeFileSync(join(dir, 'secrets/recording-keys'), master);
    return dir;
  }

  test('says what it is and where the keys are, and has no key in it', () => {
    expect(made.said).toContain('the backup is whole');
    expect(made.said).toContain('secrets/recording-keys');
    expect(made.code).toBe(0);
    expect(readFileSync(join(backup, 'manifest.json'), 'utf8')).not.toContain(master.trim());
  });

  test('is refused where something is already, and where the keys are missing; nothing is begun', async () => {
    const full = emptyDir('full', true);
    writeFileSync(join(full, 'something'), '');
    const refused = await command('restore.ts', [backup], { DATA_DIR: full });
    expect({ code: refused.code, names: refused.said.includes('is not empty (something)') }).toEqual({ code: 1, names: true });
    const keyless = await command('restore.ts', [backup], { DATA_DIR: emptyDir('keyless', false) });
    expect({ code: keyless.code, names: keyless.said.includes('RECORDING_KEYS_FILE') }).toEqual({ code: 1, names: true });
    expect(readdirSync(join(home, 'keyless'))).toEqual(['secrets']);
    const again = await command('backup.ts', [backup], { DATA_DIR: stack.dataDir });
    expect({ code: again.code, names: again.said.includes('is not empty') }).toEqual({ code: 1, names: true });
  });

  test('that is torn or was changed is refused', async () => {
    const torn = join(home, 'torn');
    cpSync(backup, torn, { recursive: true });
    const [partition = ''] = readdirSync(join(torn, 'clickhouse/calls'));
    truncateSync(join(torn, 'clickhouse/calls', partition), 40);
    const env = { DATA_DIR: emptyDir('never', true) };
    const cut = await command('restore.ts', [torn], env);
    expect({ code: cut.code, names: cut.said.includes(`clickhouse/calls/${partition}`) }).toEqual({ code: 1, names: true });
    rmSync(join(torn, 'manifest.json'));
    const unfinished = await command('restore.ts', [torn], env);
    expect({ code: unfinished.code, names: unfinished.said.includes('was not finished') }).toEqual({ code: 1, names: true });
  });

  test('restored into an empty directory: the same answers, people sign in, sealed recordings play', async () => {
    const dataDir = emptyDir('new', true);
    const done = await command('restore.ts', [backup], { DATA_DIR: dataDir });
    expect(done.said).toContain('every recording of the list is there');
    expect(done.code, done.said).toBe(0);
    restored = await startStack({ dataDir });
    expect(await seen(restored)).toEqual(seenBefore);
    expect(await audioOf(restored)).toEqual(heardBefore);
    const visitor = new Visitor(restored.portal);
    await visitor.signIn('admin');
    expect(await visitor.isIn()).toBe(true);
  });

  test('what was answered before it began is there once, and what came meanwhile at most once', async () => {
    const at = restored as Stack;
    // what the bus had of calls is applied once more; a call that went on when the backup ended goes on
    await until('all that the bus had is worked on', async () => {
      const { stages } = await at.rest<{ stages: { stage: string; inFlight: number }[] }>('GET', '/ops/ledger');
      return stages.every((s) => s.stage === 'calls' || s.inFlight === 0);
    });
    const ids = await allIds(at, 't1');
    const first = during.filter((id) => id.startsWith('during0-'));
    expect({
      missing: [...before, ...first].filter((id) => !ids.includes(id)),
      twice: ids.filter((id, i) => ids.indexOf(id) !== i),
      strange: ids.filter((id) => /^(before|during)/.test(id) && ![...before, ...during].includes(id)),
    }).toEqual({ missing: [], twice: [], strange: [] });
  });

  test('then calls go on', async () => {
    const at = restored as Stack;
    await sendReliably(at.ports.events, callEvents('after', ROUND), 60_000);
    await until('new calls are written', async () => (await allIds(at, 't1')).filter((id) => id.startsWith('after')).length === ROUND);
    const ids = await allIds(at, 't1');
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  test('servers are named by their URLs, and a system that stands still is backed up too', async () => {
    const at = restored as Stack;
    const urls = { NATS_URL: at.natsUrl(), CLICKHOUSE_URL: at.storeUrl(), DATABASE_URL: at.databaseUrl() };
    const archive = {
      OBJECTS_URL: pathToFileURL(join(at.dataDir, 'objects')).href,
      RECORDING_KEYS_FILE: join(at.dataDir, 'secrets/recording-keys'),
    };
    const named = await command('backup.ts', [join(home, 'named')], { DATA_DIR: join(home, 'elsewhere'), ...urls, ...archive });
    expect(named.code, named.said).toBe(0);
    const still = await command('backup.ts', [join(home, 'still')], { DATA_DIR: stack.dataDir });
    expect(still.code, still.said).toBe(0);

    const check = () => command('restore.ts', [join(home, 'named'), '--check'], { DATA_DIR: join(home, 'elsewhere'), ...archive });
    const whole = await check();
    expect(whole.code, whole.said).toBe(0);
    const [lost = ''] = readdirSync(join(at.dataDir, 'objects'), { recursive: true, encoding: 'utf8' }).filter((f) =>
      f.endsWith('.sealed'),
    );
    rmSync(join(at.dataDir, 'objects', lost));
    const incomplete = await check();
    expect({ code: incomplete.code, names: incomplete.said.includes(lost) }).toEqual({ code: 1, names: true });
  });
});
