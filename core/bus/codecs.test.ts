import { expect, test } from 'vitest';
import { decodeFactList, decodeFacts, encodeFactList, encodeFacts, type Fact, FactsError } from './facts.ts';
import { decodeFrame, encodeFrame, FrameError } from './frames.ts';

const frame = {
  edge: 'msk-1',
  channel: 'hep-udp' as const,
  boot: 1_795_445_573_058_598,
  firstN: 4_294_967_297,
  receivedAt: 1_795_445_573_058.5,
  drops: { kernel_buffer: 5_000_000_000, bus_full: 1 },
};
const packets = [Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(70_000, 7)];

test('a frame comes back as it went: header, drop totals and packets, empty ones too', () => {
  const back = decodeFrame(encodeFrame(frame, packets));
  expect(back).toMatchObject({ ...frame, count: 3 });
  expect(back.packets.map((p) => Buffer.from(p))).toEqual(packets);
});

test('a heartbeat is a frame without packets', () => {
  expect(decodeFrame(encodeFrame(frame, []))).toMatchObject({ count: 0, drops: frame.drops });
});

test('a cut frame and one of another version are refused', () => {
  const bytes = encodeFrame(frame, packets);
  for (const n of [0, 1, 10, 27, 40, 60, bytes.length - 1])
    expect(() => decodeFrame(bytes.subarray(0, n)), `${n} bytes`).toThrow(FrameError);
  const other = Buffer.from(bytes);
  other[0] = 9;
  expect(() => decodeFrame(other)).toThrow('version 9');
});

const FACTS: Fact[] = [
  {
    kind: 'sip',
    at: 1_795_445_573_058_598,
    callId: 'вызов@h',
    method: 'INVITE',
    code: 0,
    cseq: 4_294_967_295,
    src: '1.2.3.4:5060',
    dst: '[::1]:5060',
    fromUser: '101',
    fromHost: 'h',
    fromTag: 'a',
    toTag: '',
    uriUser: '+7495',
    uriHost: 'h',
    branch: 'z9',
    referTo: '',
    referredBy: '',
    replaces: '',
    divertedBy: '',
    correlation: '',
    hash: 0xffffffff,
  },
  { kind: 'event', at: 7, callId: 'c', method: 'E_ACC_CDR', params: { tenant: 't1', ms_duration: 6_005, hangup: 'upstream' } },
  { kind: 'activity', at: 9, callId: 'c' },
];

test('facts come back as they went', () => {
  expect(decodeFacts(encodeFacts({ decoder: 'd', boot: 5, firstN: 17, facts: FACTS }))).toEqual({
    decoder: 'd',
    boot: 5,
    firstN: 17,
    facts: FACTS,
  });
  expect(decodeFactList(encodeFactList(FACTS))).toEqual(FACTS);
});

test('null parameters are the same as absent ones', () => {
  const [fact] = decodeFactList(encodeFactList([{ kind: 'event', at: 1, callId: 'c', method: 'm', params: { did: null, src: '101' } }]));
  expect(fact).toMatchObject({ params: { src: '101' } });
});

test('a cut batch is refused', () => {
  const bytes = encodeFacts({ decoder: 'd', boot: 5, firstN: 17, facts: FACTS });
  for (let n = 0; n < bytes.length; n++) expect(() => decodeFacts(bytes.subarray(0, n)), `${n} bytes`).toThrow(FactsError);
});
