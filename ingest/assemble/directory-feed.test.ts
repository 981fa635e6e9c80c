import { encodeDirectoryBody } from '@callscope/core/bus/directory-body.ts';
import { subjects } from '@callscope/core/bus/streams.ts';
import { Directories, directorySchema } from '@callscope/core/domain/directory.ts';
import { expect, test } from 'vitest';
import { changedSince, DirectoryAssembly } from './directory-feed.ts';

const tenant = (id: string) => ({
  ...{ id, name: id, domain: `${id}.example`, timezone: 'Europe/Moscow', locale: 'ru', notifyEmail: null, country: 'RU' },
});
const head = (id: string, version: number, versions: [validFrom: number, version: number][]) =>
  Buffer.from(JSON.stringify({ version, tenant: tenant(id), versions: versions.map(([validFrom, v]) => ({ validFrom, version: v })) }));
const body = (number: string) => encodeDirectoryBody(directorySchema.parse({ numbers: [{ number }] }));

test('a company is whole when its last word and all versions are there, in whatever order they come', async () => {
  const messages: [string, Uint8Array][] = [
    [
      subjects.directory('a'),
      head('a', 3, [
        [0, 2],
        [1_000, 3],
      ]),
    ],
    [subjects.directoryVersion('a', 2), await body('74951000001')],
    [subjects.directoryVersion('a', 3), await body('74951000002')],
  ];
  for (const order of [
    [0, 1, 2],
    [1, 0, 2],
    [2, 1, 0],
  ]) {
    const assembly = new DirectoryAssembly();
    const whole = order.flatMap((i) => assembly.take(...(messages[i] as [string, Uint8Array])));
    expect(whole.map((s) => [s.version, s.versions.map((v) => v.validFrom)])).toEqual([[3, [0, 1_000]]]);
    expect(assembly.incomplete).toEqual([]);
  }
});

test('a company whose version is missing keeps the others from nothing', async () => {
  const assembly = new DirectoryAssembly();
  expect(assembly.take(subjects.directory('a'), head('a', 2, [[0, 2]]))).toEqual([]);
  expect(assembly.take(subjects.directory('b'), head('b', 1, []))).toHaveLength(1);
  expect(assembly.incomplete).toEqual(['a']);
});

test('a version that stays is the same object, and only what changed counts', async () => {
  const assembly = new DirectoryAssembly();
  const directories = new Directories();
  assembly.take(subjects.directoryVersion('a', 2), await body('74951000001'));
  const [first] = assembly.take(subjects.directory('a'), head('a', 2, [[0, 2]]));
  assembly.take(subjects.directoryVersion('a', 3), await body('74951000002'));
  const [second] = assembly.take(
    subjects.directory('a'),
    head('a', 3, [
      [0, 2],
      [5_000, 3],
    ]),
  );
  if (!first || !second) throw new Error('the company is not whole');
  expect(second.versions[0]?.body).toBe(first.versions[0]?.body);
  expect(changedSince({ snapshot: second, before: first })).toBe(5_000);
  for (const snapshot of [first, second]) directories.put(snapshot);
  expect([1_000, 6_000].map((at) => directories.tenantOfNumber('74951000002', at))).toEqual([undefined, 'a']);
  // a company's new country writes its numbers anew
  const [moved] = assembly.take(
    subjects.directory('a'),
    Buffer.from(JSON.stringify({ version: 4, tenant: { ...tenant('a'), country: 'KZ' }, versions: [{ validFrom: 0, version: 2 }] })),
  );
  expect(moved && changedSince({ snapshot: moved, before: second })).toBe(0);
});

test('settings travel with the company, and a changed one counts from its moment', () => {
  const assembly = new DirectoryAssembly();
  const said = (version: number, settings?: object[]) =>
    assembly.take(subjects.directory('a'), Buffer.from(JSON.stringify({ version, tenant: tenant('a'), versions: [], settings })))[0];
  const since = (validFrom: number, shortAbandonSeconds: number) => ({
    ...{ validFrom, timezone: 'Asia/Kolkata', workingHours: { week: { mon: [{ from: '09:00', to: '18:00' }] } } },
    ...{ shortAbandonSeconds, callbackMinutes: 60 },
  });
  // a message of before there were settings
  const old = said(1);
  const first = said(2, [since(0, 5)]);
  const second = said(3, [since(0, 5), since(7_000, 9)]);
  const again = said(4, [since(0, 5), since(7_000, 9)]);
  const corrected = said(5, [since(0, 5), since(3_000, 9)]);
  if (!old || !first || !second || !again || !corrected) throw new Error('a company is not whole');
  const from = (snapshot: typeof old, before: typeof old) => changedSince({ snapshot, before });
  expect([from(first, old), from(second, first), from(again, second), from(corrected, again)]).toEqual([0, 7_000, Infinity, 3_000]);

  const directories = new Directories();
  directories.put(old);
  expect(directories.settingsOf('a', 1)).toMatchObject({ timezone: 'Europe/Moscow', workingHours: null, shortAbandonSeconds: 5 });
  directories.put(second);
  expect([1, 6_999, 7_000].map((at) => directories.settingsOf('a', at).shortAbandonSeconds)).toEqual([5, 5, 9]);
  expect(directories.settingsOf('a', 1)).toMatchObject({ timezone: 'Asia/Kolkata', workingHours: { week: { tue: [] }, dates: [] } });
  expect(directories.settingsOf('nobody', 1)).toMatchObject({ workingHours: null, timezone: 'UTC' });
});
