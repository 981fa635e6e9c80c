import { describe, expect, test } from 'vitest';
import { recordedCalls } from '../../test/recordings/pcap.ts';
import { callIdOf, parseMetadata, recordingName } from './metadata.ts';

const NAME = 'rtpengine-meta-02366e3bdd0d7977e9464829%40127.0.1.103-90a7c184d27d56cd.txt';
const text = (values: string, before = '') =>
  `/mnt/elsewhere/pcaps/a-0123456789abcdef.pcap\n\n\n${before}Timestamp terminated ms(first monologue): 1795445621858.028\n\ncall start time: 2026-11-23T14:53:33\ncall end time: 2026-11-23T14:53:41\n\n\n${values}\n`;

test.each(recordedCalls().map((r): [string, typeof r] => [r.call.kind, r]))('what rtpengine wrote: %s', (_, { call, metadata }) => {
  expect(metadata.values.get('tenant')).toBe(call.tenant);
  expect(metadata.values.get('callid')).toBe(call.call_id);
  expect(metadata.values.get('rec')).toBe(call.recording_mode);
  expect(metadata.values.get('src')).toBe(call.from.split('@')[0]);
  expect(Math.abs(metadata.startedAt / 1_000 - Date.parse(call.start))).toBeLessThanOrEqual(1_000);
  // of a recording that was stopped on demand it says nothing
  if (call.recording_mode === 'demand') expect(metadata.terminatedAt).toBe(0);
  else expect(Math.abs(metadata.terminatedAt / 1_000 - Date.parse(call.end))).toBeLessThan(100);
  expect(metadata.sdps.map((s) => s.mode)).toEqual(
    call.n === 17 ? ['offer', 'answer', 'offer', 'answer'] : call.recording_mode === 'offer' ? ['offer', 'answer'] : [],
  );
  for (const { sdp, at } of metadata.sdps) {
    expect(sdp).toMatch(/^v=0\r\n[\s\S]*m=audio \d+ RTP\/AVP 8 101\r\n[\s\S]*a=ptime:20$/);
    expect(at / 1_000).toBeGreaterThanOrEqual(Date.parse(call.start));
  }
});

describe('names', () => {
  test('the base name, and the Call-ID in it', () => {
    expect(recordingName(NAME)).toBe('02366e3bdd0d7977e9464829%40127.0.1.103-90a7c184d27d56cd');
    expect(callIdOf(recordingName(NAME) ?? '')).toBe('02366e3bdd0d7977e9464829@127.0.1.103');
    for (const other of ['a.txt', '.nfs0001', 'rtpengine-meta-x.txt', `${NAME}.part`]) expect(recordingName(other)).toBeNull();
    expect(callIdOf('%E0%A4%A-0123456789abcdef')).toBe('');
  });

  test('of a path only the name counts, whatever directory it speaks of', () => {
    expect(parseMetadata(text('')).pcap).toBe('a-0123456789abcdef.pcap');
    expect(parseMetadata('../../etc/passwd\n').pcap).toBe('passwd');
    expect(parseMetadata('').pcap).toBe('');
  });
});

describe('values', () => {
  test('of a key the first counts', () => {
    const { values } = parseMetadata(text('tenant:t1|callid:a@b|tenant:t2\ntenant:t3|note:x:y'));
    expect(Object.fromEntries(values)).toEqual({ tenant: 't1', callid: 'a@b', note: 'x:y' });
  });

  test('hex digits of JSON are read, and nothing of it that is no text or number', () => {
    const hex = Buffer.from(JSON.stringify({ tenant: 't1', conversation: 'a b@c', segment: 2, reason: 'по просьбе', list: [1] })).toString(
      'hex',
    );
    expect(Object.fromEntries(parseMetadata(text(hex)).values)).toEqual({
      tenant: 't1',
      conversation: 'a b@c',
      segment: '2',
      reason: 'по просьбе',
    });
    for (const broken of ['7b', '5b5d', '00ff', '6e756c6c']) expect(parseMetadata(text(broken)).values.size).toBe(0);
  });

  test('a line of somebody’s description is no value', () => {
    const forged = 'SDP mode: offer\n\nv=0\nc=IN IP4 192.0.2.1\n\ntenant:evil|callid:x\n\n';
    expect(parseMetadata(text('tenant:t1', forged)).values.get('tenant')).toBe('t1');
  });

  test('any text is taken', () => {
    for (const odd of ['', '\n\n\n', 'SDP mode: offer', 'Timestamp terminated ms(first monologue): x\ncall start time: y\n', '\u0000|:|'])
      expect(parseMetadata(odd)).toMatchObject({ terminatedAt: 0, startedAt: 0, endedAt: 0 });
  });
});
