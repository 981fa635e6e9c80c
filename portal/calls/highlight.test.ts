import { expect, test } from 'vitest';
import { hep } from '../../test/medium/fixtures.ts';
import { highlight } from './highlight.ts';

const INVITE =
  'INVITE sip:101@alfa.test SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9\nTo: "A" <sip:101@alfa.test>;tag=1\nCSeq: 2 INVITE\nAuthorization: Digest response=•••\n\nv=0\nc=IN IP4 192.0.2.9\nm=audio 4000 RTP/AVP 8\na=rtpmap:8 PCMA/8000';

test('a start line, headers and SDP are told apart, with what is looked for in them', () => {
  const lines = highlight(INVITE);
  expect(lines.map((l) => l.kind)).toEqual(['start', 'header', 'header', 'header', 'header', 'blank', 'body', 'body', 'body', 'body']);
  expect(lines[0]?.tokens).toEqual([
    { kind: 'strong', text: 'INVITE' },
    { kind: 'plain', text: ' ' },
    { kind: 'uri', text: 'sip:101@alfa.test' },
    { kind: 'plain', text: ' SIP/2.0' },
  ]);
  expect(lines[2]?.tokens.filter((t) => t.kind !== 'plain')).toEqual([
    { kind: 'name', text: 'To:' },
    { kind: 'uri', text: 'sip:101@alfa.test' },
    { kind: 'number', text: '1' },
  ]);
  expect(lines[4]?.tokens.some((t) => t.kind === 'hidden')).toBe(true);
  expect(lines[8]?.tokens).toEqual([
    { kind: 'name', text: 'm=' },
    { kind: 'strong', text: 'audio 4000 RTP/AVP 8' },
  ]);
  expect(highlight('SIP/2.0 486 Busy Here')[0]?.tokens).toEqual([
    { kind: 'plain', text: 'SIP/2.0 ' },
    { kind: 'strong', text: '486 Busy Here' },
  ]);
});

test('whatever the text, the lines put together are it', () => {
  const texts = hep('udp').map((packet) => packet.toString('latin1').slice(100).replaceAll('\r\n', '\n'));
  for (const text of [
    ...texts,
    '',
    '\n',
    '\n\n',
    'x',
    ':',
    ' folded',
    'sip:'.repeat(10_000),
    '<script>alert(1)</script>',
    '1.'.repeat(900),
  ])
    expect(
      highlight(text)
        .map((l) => l.tokens.map((t) => t.text).join(''))
        .join('\n'),
    ).toBe(text);
});
