import { expect, test } from 'vitest';
import { encodeHep3 } from '../decode/hep3.ts';
import { maskerOf } from './mask-secrets.ts';

const hep = (payload: string, correlationId = 'c') =>
  encodeHep3({
    ...{ srcIp: '10.0.0.1', srcPort: 5060, dstIp: '10.0.0.2', dstPort: 5060 },
    ...{ at: 1e15, type: 1, payload: Buffer.from(payload, 'latin1'), correlationId },
  });
const register = (header: string) => `REGISTER sip:a SIP/2.0\r\nCall-ID: c\r\n${header}\r\nCSeq: 2 REGISTER\r\n\r\n`;
const offer = (line: string) => `INVITE sip:a@b SIP/2.0\r\nCall-ID: c\r\nContent-Length: 9\r\n\r\nv=0\r\n${line}\r\na=ptime:20\r\n`;
const mask = maskerOf(['digest', 'sdes', 'ice']);
const masked = (payload: string) => {
  const packet = hep(payload);
  const out = mask(packet);
  expect(out).toHaveLength(packet.length);
  return Buffer.from(out).toString('latin1');
};

const R = '0123456789abcdef0123456789abcdef';
const X = 'x'.repeat(32);

test.each([
  [`Authorization: Digest username="101",realm="a",nonce="n",uri="sip:a",response="${R}",cnonce="q"`, R, `response="${X}",cnonce="q"`],
  [`Proxy-Authorization: Digest username="101", response="${R}", nonce="n"`, R, `username="101", response="${X}", nonce="n"`],
  [`authorization : digest response=${R},nonce="n"`, R, `response=${X},nonce="n"`],
  [`AUTHORIZATION:Digest Response = "${R}"`, R, `Response = "${X}"`],
  [`Authorization: Digest username="101",\r\n response="${R}"`, R, `\r\n response="${X}"`],
  [`Authorization:\r\n\tDigest response="${R}"`, R, `Digest response="${X}"`],
  [`Authorization: Digest response="a\\"${R}"`, R, 'response="xxx'],
  [`Authorization: Digest response="${R}`, R, `response="${X}`],
  [`Authentication-Info: rspauth="${R}", nc=1`, R, `rspauth="${X}", nc=1`],
  ['Authorization: Basic YWxhZGRpbg==', 'YWxh', 'Authorization: Basic xxxxxxxxxxxx\r\n'],
  ['Authorization: Bearer eyJhbGciOi.J9', 'eyJ', 'Authorization: Bearer xxxxxxxxxxxxx\r\n'],
])('what somebody could sign in with does not pass: %s', (header, secret, kept) => {
  const out = masked(register(header));
  expect(out).not.toContain(secret);
  expect(out).toContain(kept);
  expect(out).toContain('\r\nCSeq: 2 REGISTER\r\n');
});

test.each([
  ['a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3|2^20|1:4', 'd0Rm', 'inline:xxxxxxxxxxxxxxxx|2^20|1:4'],
  ['a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:AAAA;inline:BBBB', 'BBBB', 'inline:xxxx;inline:xxxx'],
  ['a=crypto:1 SUITE other-key', 'other-key', 'a=crypto:x xxxxx xxxxxxxxx'],
  ['k=base64:c2VjcmV0', 'c2VjcmV0', '\nk=xxx'],
  ['a=ice-pwd:asd88fgpdd777uzjYhagZg', 'asd88', 'a=ice-pwd:xxxxxxxxxxxxxxxxxxxxxx'],
])('nor what somebody could listen with: %s', (line, secret, kept) => {
  const out = masked(offer(line));
  expect(out).not.toContain(secret);
  expect(out).toContain(kept);
  expect(out).toContain('\r\na=ptime:20\r\n');
});

test('all of them in one message are hidden, and nothing else changes', () => {
  const text = `${register(`Authorization: Digest response="${R}"`).slice(0, -2)}Proxy-Authorization: Digest response="${R}"\r\n\r\nv=0\r\na=crypto:1 S inline:AAAA\r\na=ice-pwd:p\r\n`;
  const packet = hep(text);
  const out = mask(packet);
  const changed = [...packet.keys()].filter((i) => packet[i] !== out[i]).length;
  expect(changed).toBe(32 + 32 + 4 + 1);
});

test('a last line without an end does not take what follows the payload with it', () => {
  const after = Buffer.from([0, 0, 0, 17, 0, 15, ...Buffer.from('call@here')]);
  const out = Buffer.from(mask(Buffer.concat([hep('INVITE sip:a SIP/2.0\r\n\r\nv=0\r\na=ice-pwd:secret'), after])));
  expect(out.toString('latin1')).toContain('a=ice-pwd:xxxxxx\0');
  expect(out.subarray(-after.length)).toEqual(after);
});

test('a packet that is cut or is no HEP hides nothing either', () => {
  const whole = hep(register(`Authorization: Digest response="${R}"`));
  for (const packet of [whole.subarray(0, -30), whole.subarray(9), Buffer.from(register(`Authorization: Digest response="${R}"`))])
    expect(Buffer.from(mask(packet)).toString('latin1')).not.toContain(R);
});

test.each([
  ['a challenge', register('WWW-Authenticate: Digest realm="a", nonce="n"')],
  ['a word in a name', 'INVITE sip:a SIP/2.0\r\nFrom: "Authorization: x" <sip:a@b>\r\n\r\n'],
  ['a fingerprint', offer('a=fingerprint:sha-256 AA:BB')],
])('%s passes as it is, without a copy', (_what, payload) => {
  const packet = hep(payload);
  expect(mask(packet)).toBe(packet);
});

test('what is not asked for is not hidden', () => {
  const packet = hep(offer('a=ice-pwd:secret'));
  expect(maskerOf(['digest', 'sdes'])(packet)).toBe(packet);
  expect(maskerOf([])(hep(register('Authorization: Basic x')))).toEqual(hep(register('Authorization: Basic x')));
});

// each of them in time that grows with its square would take minutes
test.each([
  ' response=',
  'response="',
  '"\\',
  '\r\n ',
  ' ',
  'inline:',
  '\nauthorization:',
  '\nauthorization:Digest response="',
  '\na=crypto:1 ',
])('no text makes it go over it again and again: %j', (part) => {
  for (const beginning of ['\nAuthorization: Digest ', '\nAuthorization: Digest response="', '\na=crypto:1 ']) {
    const packet = Buffer.from(beginning + part.repeat(1_000_000 / part.length));
    expect(mask(packet)).toHaveLength(packet.length);
  }
});
