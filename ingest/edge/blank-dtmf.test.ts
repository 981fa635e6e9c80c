import { describe, expect, test } from 'vitest';
import { encodeHep3 } from '../decode/hep3.ts';
import { blankDtmf } from './blank-dtmf.ts';

const hep = (payload: Buffer | string, correlationId = '') =>
  encodeHep3({
    srcIp: '10.0.0.1',
    srcPort: 5060,
    dstIp: '10.0.0.2',
    dstPort: 5060,
    at: 1e15,
    type: 1,
    payload: Buffer.from(payload as string, 'latin1'),
    correlationId,
  });
const message = (headers: string, body: string, method = 'INFO') =>
  `${method} sip:a@b SIP/2.0\r\nCall-ID: c\r\nCSeq: 2 ${method}\r\n${headers}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const text = (packet: Uint8Array | undefined) => (packet === undefined ? 'left out' : Buffer.from(packet).toString('latin1'));
const blankedBody = (headers: string, body: string, method?: string) => {
  const packet = hep(message(headers, body, method));
  const [blanked] = blankDtmf('hep-udp', [packet]);
  expect(blanked).toHaveLength(packet.length);
  return text(blanked).split('\r\n\r\n').slice(1).join('\r\n\r\n');
};

test.each([
  ['Content-Type: application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n', 'Signal=x\r\nDuration=160\r\n'],
  ['content-type : Application/DTMF-Relay;x=y', 'Duration=160\r\nsignal= #\r\n', 'Duration=160\r\nsignal= x\r\n'],
  ['CONTENT-TYPE:application/DTMF', 'D', 'x'],
  ['Content-Type:\r\n application/dtmf-relay', 'Signal=5\r\n', 'Signal=x\r\n'],
  ['Content-Type:\r\n\t application/dtmf-relay', 'Signal=5\r\n', 'Signal=x\r\n'],
  ['c: application/dtmf', '7', 'x'],
  ['C:\r\n application/dtmf', '7', 'x'],
  ['Content-Type: application/dtmf-relay', 'Signal="5"\r\nDuration=160\r\n', 'Signal="x"\r\nDuration=160\r\n'],
  ['Content-Type: application/dtmf-relay', 'Signal=\r\n 5\r\nDuration=160\r\n', 'Signal=\r\n x\r\nDuration=160\r\n'],
  ['Content-Type: application/dtmf-relay', 'Signal=%35', 'Signal=%xx'],
  ['Content-Type: application/dtmf-relay', 'SIGNAL : *', 'SIGNAL : x'],
  ['Content-Type: application/dtmf-relay', 'Duration=160 Signal=5', 'Duration=xxx Sign' + 'xl=x'],
  ['Content-Type: application/dtmf', '4111111111111111 '.repeat(8), `${'x'.repeat(16)} `.repeat(8)],
  ['Content-Type: application/vnd.nortelnetworks.digits', 'p=Digit-Collection\ny=Digits\nd=5\n', expect.stringMatching(/\nd=x\n$/)],
  ['Content-Type: audio/telephone-event', 'Signal=1\r\nSignal=2', 'Signal=x\r\nSignal=x'],
  ['Content-Type: audio/telephone-event', '\x05\x80\x00\xa0', 'xxxx'],
  ['X: y', 'Signal=5', 'Signal=x'],
  [
    'Content-Type: multipart/mixed;boundary=z',
    '--z\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal=5\r\n--z--',
    expect.stringMatching(/Signal=x\r\n--z--$/),
  ],
])('no digit of a SIP INFO passes: %j %j', (headers, body, expected) => {
  expect(blankedBody(headers, body)).toEqual(expected);
});

test.each([
  ['Content-Type: audio/telephone-event', '\x05\x80\x00\xa0', 'xxxx'],
  ['Content-Type: application/dtmf-relay', 'Signal=5\r\n', 'Signal=x\r\n'],
  ['Content-Type: application/kpml-response+xml', '<r code="200" digits="17"/>', expect.not.stringMatching(/\d/)],
])('nor of a NOTIFY: %s', (headers, body, expected) => {
  expect(blankedBody(headers, body, 'NOTIFY')).toEqual(expected);
});

test('only the body changes: addresses, Call-ID and what follows the payload stay', () => {
  const packet = hep(message('Content-Type: application/dtmf-relay', 'Signal=5'), '12345@10.0.0.1');
  const [blanked] = blankDtmf('hep-tcp', [packet]);
  const changed = [...packet.keys()].filter((i) => packet[i] !== blanked?.[i]);
  expect(changed).toEqual([packet.indexOf('Signal=5') + 7]);
  expect(text(packet)).toContain('Signal=5');
});

describe('other packets pass as they are, without a copy', () => {
  test.each([
    ['INFO with SDP', message('Content-Type: application/sdp', 'v=0 Signal=5')],
    ['INVITE that offers RFC 4733', message('Content-Type: application/sdp', 'a=rtpmap:101 telephone-event/8000', 'INVITE')],
    ['NOTIFY of a dialog', message('Allow-Events: telephone-event\r\nContent-Type: application/dialog-info+xml', '<a v="1"/>', 'NOTIFY')],
    ['INFO without a body', message('Info-Package: x', '')],
    ['a log line', 'Info: 5 calls'],
    ['one byte', 'I'],
  ])('%s', (_what, payload) => {
    const packet = hep(payload);
    expect(blankDtmf('hep-tcp', [packet])[0]).toBe(packet);
  });
  test('an INVITE that offers RFC 4733 and is cut', () => {
    const cut = hep(message('Content-Type: application/sdp', 'a=rtpmap:101 telephone-event/8000', 'INVITE')).subarray(0, -1);
    expect(blankDtmf('hep-udp', [cut])[0]).toBe(cut);
  });
  test('junk', () => {
    for (const junk of ['', 'H', 'HEP3', 'HEP3\x00\x00', 'GET / HTTP/1.1', '\x02\x10\x02\x11']) {
      const packet = Buffer.from(junk, 'latin1');
      expect(blankDtmf('hep-udp', [packet])[0]).toBe(packet);
    }
  });
});

describe('what cannot be blanked is left out', () => {
  const relay = message('Content-Type: application/dtmf-relay', 'Signal=5\r\n');
  test.each([
    ['no line between headers and body', hep('INFO sip:a@b SIP/2.0\r\nContent-Type: application/dtmf-relay\r\nSignal=5\r\n')],
    ['a packet that is cut', hep(relay).subarray(0, -1)],
    ['another version of HEP', Buffer.concat([Buffer.from([2, 16, 2, 17]), Buffer.from(relay)])],
  ])('%s', (_what, packet) => {
    const good = hep(message('X: y', '', 'BYE'));
    expect(blankDtmf('hep-udp', [packet, good])).toEqual([good]);
  });
});

describe('a DTMF notification', () => {
  const blanked = (json: string) => JSON.parse(text(blankDtmf('event-udp', [Buffer.from(json)])[0])) as { params: unknown };
  const common = '"callid":"c","type":"DTMF","duration":180';

  test('keeps everything but its digit', () => {
    expect(blanked(`{"jsonrpc":"2.0","method":"E_RTPENGINE_NOTIFICATION","params":{${common},"event":5}}`)).toEqual({
      jsonrpc: '2.0',
      method: 'E_RTPENGINE_NOTIFICATION',
      params: { event: null, callid: 'c', type: 'DTMF', duration: 180 },
    });
  });

  test.each([
    ['an escaped method', `{"method":"E_RTPENGINE\\u005fNOTIFICATION","params":{${common},"event":5}}`],
    ['an escaped name', `{"method":"E_RTPENGINE_NOTIFICATION","params":{${common},"\\u0065vent":5}}`],
    ['another case', `{"method":"E_RTPENGINE_NOTIFICATION","params":{${common},"Event":5}}`],
    ['nested', `{"method":"E_RTPENGINE_NOTIFICATION","params":{${common},"x":{"event":5}}}`],
    [
      'deeply nested',
      `{"method":"E_RTPENGINE_NOTIFICATION","params":{${common},"event":5,"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
    ],
  ])('%s', (_what, json) => {
    expect(blanked(json).params).toEqual({ event: null, callid: 'c', type: 'DTMF', duration: 180 });
  });

  test('other events are not touched, escapes or not', () => {
    const event = Buffer.from('{"method":"E_PBX\\u005fCALL","params":{"event":5}}');
    expect(blankDtmf('event-tcp', [event])[0]).toBe(event);
  });
});
