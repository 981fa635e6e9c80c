import { expect, test } from 'vitest';
import { parseSip, type SipMessage } from './sip.ts';

const parse = (...lines: string[]) => parseSip(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
const HEAD = [
  'Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx;rport',
  'From: <sip:101@alfa.test>;tag=a',
  'To: <sip:74951000101@alfa.test>',
  'Call-ID: c1@10.0.0.1',
  'CSeq: 2 INVITE',
];

test('a request', () => {
  expect(parse('INVITE sip:74951000101@alfa.test SIP/2.0', ...HEAD)).toEqual({
    method: 'INVITE',
    code: 0,
    callId: 'c1@10.0.0.1',
    cseq: 2,
    uriUser: '74951000101',
    uriHost: 'alfa.test',
    fromUser: '101',
    fromHost: 'alfa.test',
    fromTag: 'a',
    toUser: '74951000101',
    toTag: '',
    branch: 'z9hG4bKx',
    referTo: '',
    referredBy: '',
    replaces: '',
    divertedBy: '',
    agent: '',
  } satisfies SipMessage);
});

test('a response takes its method from CSeq', () => {
  expect(parse('SIP/2.0 180 Ringing', ...HEAD)).toMatchObject({ method: 'INVITE', code: 180 });
});

test.each([
  ['User-Agent: Yealink SIP-T46S 66.85', 'Yealink SIP-T46S 66.85'],
  ['server:OpenSIPS (4.0.1)', 'OpenSIPS (4.0.1)'],
  [`User-Agent: ${'a'.repeat(500)}`, 'a'.repeat(120)],
  ['User-Agent: T\u00e9l\u0007phone', 'T?l?phone'],
  ['s: a subject', ''],
])('which program wrote it: %s', (header, agent) => {
  expect(parse('OPTIONS sip:1@h SIP/2.0', ...HEAD, header)).toMatchObject({ agent });
});

test('compact header names, odd case and white space before the colon (RFC 3261, 7.3)', () => {
  expect(
    parse(
      'INVITE sip:1@h SIP/2.0',
      'v: SIP/2.0/UDP h;branch=b',
      'F : "A, \\"B\\" <x>" <sip:101@h>;tag=t1',
      't: sip:2@h;tag=t2',
      'I: id',
      'cSEQ: 1 INVITE',
      'r: <sip:203@h>',
      'b: <sip:201@h>',
    ),
  ).toMatchObject({
    callId: 'id',
    fromUser: '101',
    fromTag: 't1',
    toTag: 't2',
    branch: 'b',
    referTo: '203',
    referredBy: '201',
  });
});

test('folded lines are one header', () => {
  expect(
    parse('INVITE sip:1@h SIP/2.0', ...HEAD.slice(0, 1), 'From: "A"', ' <sip:101@h>', '\t;tag=folded', ...HEAD.slice(2)),
  ).toMatchObject({ fromUser: '101', fromTag: 'folded' });
});

test('URIs: tel, sips, password, parameters, percent signs, IPv6', () => {
  const uri = (text: string) => parse(`INVITE ${text} SIP/2.0`, ...HEAD) as SipMessage;
  expect(uri('tel:+74951000101;phone-context=x')).toMatchObject({ uriUser: '+74951000101', uriHost: '' });
  expect(uri('sips:101:secret@Alfa.Test:5061;transport=tls?a=b')).toMatchObject({ uriUser: '101', uriHost: 'alfa.test' });
  expect(uri('sip:%2A900;x=y@h')).toMatchObject({ uriUser: '*900' });
  expect(uri('sip:101@[2001:db8::1]:5060')).toMatchObject({ uriUser: '101', uriHost: '2001:db8::1' });
  expect(uri('sip:%ZZ@h')).toMatchObject({ uriUser: '%ZZ' });
});

test('only the topmost Via names the transaction', () => {
  expect(parse('INVITE sip:1@h SIP/2.0', 'Via: SIP/2.0/UDP p;branch=top, SIP/2.0/UDP q;branch=below', ...HEAD)).toMatchObject({
    branch: 'top',
  });
});

test('an unknown method is kept as sent, what is not a token is not SIP', () => {
  expect(parse('FOO sip:1@h SIP/2.0', ...HEAD)).toMatchObject({ method: 'FOO' });
  expect(parse('FO\x01O sip:1@h SIP/2.0', ...HEAD)).toBe('sip');
  expect(parse('GET / HTTP/1.1', ...HEAD)).toBe('sip');
  expect(parse('SIP/2.0 99 Odd', ...HEAD)).toBe('sip');
  expect(parseSip(Buffer.alloc(0))).toBe('sip');
});

test('what names a call has no control characters', () => {
  expect(parse('INVITE sip:1@h SIP/2.0', ...HEAD.slice(0, 3), 'Call-ID: a\x00b', HEAD[4] ?? '')).toBe('content');
  expect(parse('INVITE sip:1@h SIP/2.0', ...HEAD.slice(0, 3), 'Call-ID: \xff\xfe', HEAD[4] ?? '')).toBe('content');
});

test('a name in Cyrillic is no fault', () => {
  const bytes = Buffer.from(['INVITE sip:1@h SIP/2.0', HEAD[0], 'From: "Мария" <sip:101@h>;tag=a', ...HEAD.slice(2)].join('\r\n'), 'utf8');
  expect(parseSip(bytes)).toMatchObject({ fromUser: '101' });
});

test('missing headers have a reason', () => {
  for (let i = 1; i < HEAD.length; i++) expect(parse('INVITE sip:1@h SIP/2.0', ...HEAD.filter((_, n) => n !== i)), HEAD[i]).toBe('headers');
  expect(parse('INVITE sip:1@h SIP/2.0', ...HEAD.slice(0, 4), 'CSeq: x INVITE')).toBe('headers');
});

test('a header of 60 KB and a thousand headers are read once and do not hang', () => {
  expect(parse('INVITE sip:1@h SIP/2.0', `Subject: ${'a'.repeat(60_000)}`, ...HEAD)).toMatchObject({ callId: 'c1@10.0.0.1' });
  expect(
    parse('INVITE sip:1@h SIP/2.0', ...Array.from({ length: 1_000 }, (_, i) => `X-${i}: ${'<"\\'.repeat(10)}`), ...HEAD),
  ).toMatchObject({ callId: 'c1@10.0.0.1' });
});
