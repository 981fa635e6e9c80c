import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connectObjects } from '@callscope/core/node/objects/connect.ts';
import { connectPostgres, type Postgres } from '@callscope/core/node/postgres.ts';
import { compareArchive } from '@callscope/jobs/recordings/archive.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FFMPEG, log } from '../recordings/ffmpeg.ts';
import type { RecordedCall } from '../recordings/pcap.ts';
import { RECORDED, recordingOf, startRecorded } from '../recordings/recorded-company.ts';
import { type Stack, until } from './stack.ts';

let stack: Stack;
let postgres: Postgres<PostgresSchema>;
const root = () => join(stack.dataDir, 'objects');
const archived = () =>
  readdirSync(join(root(), 't1'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[a-z0-9]+$/.test(file) && file.includes('.mp3'))
    .map((file) => join(root(), 't1', file))
    .sort();
const compare = () => compareArchive({ db: postgres.db, objects: connectObjects(pathToFileURL(root()).href), log }, 't1', Date.now());
/** Long ago: what is young may still get its row. */
const old = (path: string) => utimesSync(path, new Date('2026-01-01'), new Date('2026-01-01'));
const place = (path: string, from?: string) => {
  mkdirSync(dirname(path), { recursive: true });
  if (from === undefined) writeFileSync(path, 'of nobody');
  else copyFileSync(from, path);
  old(path);
  return path;
};

beforeAll(async () => {
  if (FFMPEG === null) return;
  stack = await startRecorded();
  postgres = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', log);
});
afterAll(async () => {
  await postgres?.close();
  await stack?.end();
});

describe.skipIf(FFMPEG === null)('the archive against the rows', () => {
  test('all is as it was put there', async () => {
    expect(await compare()).toEqual({ same: RECORDED.length, lost: 0, nameless: 0, removed: 0 });
  });

  test('what nobody knows is told and left alone; what is young is not looked at', async () => {
    const [known = ''] = archived();
    const unknown = [place(join(root(), 't1/2026/01/01/x@y/aaaaaaaaaaaaaaaa.mp3')), place(join(root(), 't1/notes.txt'))];
    const young = join(dirname(known), 'bbbbbbbbbbbbbbbb.mp3');
    writeFileSync(young, 'just put there');
    expect(await compare()).toEqual({ same: RECORDED.length, lost: 0, nameless: 2, removed: 0 });
    for (const path of [...unknown, young]) {
      expect(existsSync(path)).toBe(true);
      rmSync(path);
    }
  });

  test('a second object of a recording, and that of one which is gone, are removed', async () => {
    const [known = ''] = archived();
    const second = place(known.replace(/\.mp3$/, '.opus'), known);
    expect(await compare()).toEqual({ same: RECORDED.length, lost: 0, nameless: 0, removed: 1 });
    expect([existsSync(second), existsSync(known)]).toEqual([false, true]);

    const [gone] = RECORDED as readonly [RecordedCall];
    const path = archived().find((file) => file.includes(gone.call.call_id)) as string;
    copyFileSync(path, join(stack.dataDir, 'copy'));
    const number = [gone.call.from, gone.call.dialled].find((n) => /^\d{11}$/.test(n ?? ''));
    await stack.rest('POST', '/tenants/t1/recordings/erasures', { number, reason: 'a test' });
    // its object goes first, then its row
    await until('it is erased', async () => !existsSync(path) && (await recordingOf(stack, gone)).status === 'erased');
    const left = archived().length;
    // a recorder that was held up brings it once more
    place(path, join(stack.dataDir, 'copy'));
    expect(await compare()).toEqual({ same: left, lost: 0, nameless: 0, removed: 1 });
    expect(existsSync(path)).toBe(false);
  });

  test('a recording without its object, or with another length, is lost; hearing it says so', async () => {
    const files = archived();
    const [missing = '', cut = ''] = files;
    rmSync(missing);
    truncateSync(cut, 100);
    expect(await compare()).toEqual({ same: files.length - 2, lost: 2, nameless: 0, removed: 0 });
    const recorded = RECORDED.find(({ call }) => missing.includes(call.call_id)) as RecordedCall;
    expect((await recordingOf(stack, recorded)).status).toBe('ready');
    const answer = await stack.fetch(`/api/v1/tenants/t1/calls/${encodeURIComponent(recorded.call.call_id)}/recording`);
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('does not have this recording')]);
  });
});
