import type { EventFact, Fact, SipFact } from '@callscope/core/bus/facts.ts';
import { Directories, directorySchema, tenantSchema } from '@callscope/core/domain/directory.ts';
import { expect, test } from 'vitest';
import type { Block } from './block.ts';
import { Book } from './book.ts';

const T0 = 1_795_445_573_000;
const directories = new Directories();
for (const [id, number, extension] of [
  ['t1', '+7 495 100-01-01', '101'],
  ['t2', '+7 495 200-02-02', '201'],
] as const)
  directories.put({
    version: 1,
    tenant: { id, ...tenantSchema.parse({ name: id, domain: `${id}.test` }) },
    versions: [
      {
        validFrom: 0,
        body: directorySchema.parse({
          numbers: [{ number }],
          employees: [{ id: `e${extension}`, name: extension, extensions: [extension] }],
        }),
      },
    ],
  });

const event = (at: number, method: string, params: EventFact['params']): EventFact => ({
  kind: 'event',
  at: (T0 + at) * 1_000,
  callId: 'c',
  method,
  params: { callid: 'c', ...params },
});
const state = (at: number, name: string, own: EventFact['params'], more: EventFact['params'] = {}) =>
  event(at, 'E_PBX_CALL', { state: name, src: '101', dst: '74952000202', ...own, ...more });
const leg = (at: number, tenant: string, target: string, code: string | number) =>
  event(at, 'E_PBX_LEG', { tenant, leg: target, branch: 0, code });
const OUT = { tenant: 't1', direction: 'out' };
const IN = { tenant: 't2', direction: 'in', src: '74951000101', did: '74952000202' };

function sip(at: number, method: string, code: number, more: Partial<SipFact>): SipFact {
  return {
    ...{ kind: 'sip', at: (T0 + at) * 1_000, callId: 'c', method, code, cseq: 1, fromUser: '101', fromHost: 't1.test', fromTag: 'a' },
    ...{ toTag: '', uriUser: '', uriHost: '', branch: 'up', src: 'phone:5060', dst: 'proxy:5060', referTo: '', referredBy: '' },
    ...{ replaces: '', divertedBy: '', correlation: '', hash: at + code, ...more },
  };
}

function rowsOf(facts: readonly Fact[]) {
  const book = new Book({
    rules: { dialogLimitMs: 7_200_000 },
    keepMs: 600_000,
    memoryBytes: 1e9,
    directories,
    onPoison: (_, error) => {
      throw error;
    },
  });
  const blocks: (Block | null)[] = [];
  facts.forEach((fact, i) => {
    book.apply(i + 1, Math.floor(fact.at / 1_000), [fact]);
    blocks.push(book.cut());
  });
  for (let i = 1; i <= 20; i++) {
    book.apply(facts.length + i, T0 + 30_000 + i * 1_000, []);
    blocks.push(book.cut(true));
  }
  const rows = new Map<string, object>();
  for (const block of blocks)
    for (const row of [...(block?.rows ?? []), ...(block?.revisions.map((r) => r.row) ?? [])])
      rows.set(`${row.tenant} ${row.id}`, {
        ...{ direction: row.direction, from: row.from, dialled: row.dialled, number: row.number, answeredBy: row.answeredBy },
        ...{ employee: row.employee, result: row.result, legs: row.legs.map((l) => l.target) },
      });
  return Object.fromEntries(rows);
}

const asCaller = { direction: 'out', from: '101', dialled: '74952000202', answeredBy: '74952000202', employee: 'e101', result: 'answered' };
const asCalled = {
  direction: 'in',
  dialled: '74952000202',
  number: '74952000202',
  answeredBy: '201',
  employee: 'e201',
  result: 'answered',
};

test('a call between two companies that events of both tell of is outbound for one and inbound for the other', () => {
  const rows = rowsOf([
    state(0, 'start', OUT),
    state(5, 'start', IN),
    leg(6, 't2', '201@t2.test', 'INVITE'),
    leg(1_000, 't2', '201@t2.test', 180),
    state(1_000, 'ringing', IN),
    state(1_001, 'ringing', OUT),
    leg(3_000, 't2', '201@t2.test', 200),
    state(3_000, 'answered', IN, { who: '201@t2.test', code: 200 }),
    state(3_001, 'answered', OUT, { who: '74952000202', code: 200 }),
    state(9_000, 'ended', IN, { who: 'downstream' }),
    state(9_001, 'ended', OUT, { who: 'downstream' }),
  ]);
  expect(rows).toEqual({
    't1 c': { ...asCaller, number: '', legs: ['74952000202'] },
    't2 c': { ...asCalled, from: '74951000101', legs: ['201'] },
  });
});

test('so is one that the caller alone tells of, when the edge rang the other company itself', () => {
  const rows = rowsOf([
    state(0, 'start', OUT),
    leg(6, 't1', '201@t2.test', 'INVITE'),
    leg(1_000, 't1', '201@t2.test', 180),
    state(1_000, 'ringing', OUT),
    leg(3_000, 't1', '201@t2.test', 200),
    state(3_001, 'answered', OUT, { who: '201@t2.test', code: 200 }),
    state(9_001, 'ended', OUT, { who: 'downstream' }),
  ]);
  expect(rows).toEqual({
    't1 c': { ...asCaller, number: '', legs: ['74952000202'] },
    't2 c': { ...asCalled, from: '101', legs: ['201'] },
  });
});

test('so is one that only packets show', () => {
  const toPhone = { src: 'proxy:5060', dst: 'other:5060', branch: 'x.0', fromUser: '74951000101' };
  const back = { src: 'other:5060', dst: 'proxy:5060', branch: 'x.0', toTag: 'b', fromUser: '74951000101' };
  const rows = rowsOf([
    sip(0, 'INVITE', 0, { uriUser: '74952000202', uriHost: 't1.test' }),
    sip(5, 'INVITE', 0, { ...toPhone, uriUser: '201', uriHost: 't2.test' }),
    sip(1_000, 'INVITE', 180, back),
    sip(1_001, 'INVITE', 180, { src: 'proxy:5060', dst: 'phone:5060', toTag: 'b' }),
    sip(3_000, 'INVITE', 200, back),
    sip(3_001, 'INVITE', 200, { src: 'proxy:5060', dst: 'phone:5060', toTag: 'b' }),
    sip(9_000, 'BYE', 0, { toTag: 'b', branch: 'bye' }),
  ]);
  expect(rows).toEqual({
    't1 c': { ...asCaller, number: '74951000101', legs: ['74952000202'] },
    't2 c': { ...asCalled, from: '74951000101', legs: ['201'] },
  });
});

test('one that went out to a carrier is one call here: it comes in again under a Call-ID of its own', () => {
  const rows = rowsOf([
    state(0, 'start', OUT),
    leg(6, 't1', '74952000202', 'INVITE'),
    leg(3_000, 't1', '74952000202', 200),
    state(3_001, 'answered', OUT, { who: '74952000202', code: 200 }),
    state(9_001, 'ended', OUT, { who: 'downstream' }),
  ]);
  expect(Object.keys(rows)).toEqual(['t1 c']);
});
