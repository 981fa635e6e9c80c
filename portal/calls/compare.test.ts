import { expect, test } from 'vitest';
import { compareMessages } from './compare.ts';

const said = (left: string, right: string) =>
  compareMessages(left, right).map((l) => (l.isSame ? `  ${l.left}` : `${l.left ?? ''} | ${l.right ?? ''}`));

test('what both have stands once, what differs beside each other by the name of its header or the kind of its line', () => {
  const received =
    'INVITE sip:102@edge SIP/2.0\nVia: a\nMax-Forwards: 70\nFrom: x\n\nv=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 8\na=rtpmap:8 PCMA/8000';
  const sent =
    'INVITE sip:102@phone SIP/2.0\nRecord-Route: r\nVia: b\nVia: a\nMax-Forwards: 69\nFrom: x\n\nv=0\nc=IN IP4 192.0.2.9\nm=audio 6000 RTP/AVP 8\na=rtpmap:8 PCMA/8000';
  expect(said(received, sent)).toEqual([
    'INVITE sip:102@edge SIP/2.0 | INVITE sip:102@phone SIP/2.0',
    ' | Record-Route: r',
    ' | Via: b',
    '  Via: a',
    'Max-Forwards: 70 | Max-Forwards: 69',
    '  From: x',
    '  ',
    '  v=0',
    'c=IN IP4 192.0.2.1 | c=IN IP4 192.0.2.9',
    'm=audio 4000 RTP/AVP 8 | m=audio 6000 RTP/AVP 8',
    '  a=rtpmap:8 PCMA/8000',
  ]);
});

test('the same message has no differences, whichever line breaks it has; nothing is lost on either side', () => {
  expect(compareMessages('a\r\nb', 'a\nb').every((l) => l.isSame)).toBe(true);
  const [left, right] = ['a\nb\nc\nd\nb', 'b\nx\nd\na'];
  const lines = compareMessages(left, right);
  expect(lines.flatMap((l) => l.left ?? []).join('\n')).toBe(left);
  expect(lines.flatMap((l) => l.right ?? []).join('\n')).toBe(right);
});

test('messages of thousands of lines are compared place by place', () => {
  const long = Array.from({ length: 5_000 }, (_, i) => `a=${i}`);
  const lines = compareMessages(long.join('\n'), [...long.slice(0, -1), 'a=x', 'more'].join('\n'));
  expect(lines.filter((l) => !l.isSame)).toEqual([
    { left: 'a=4999', right: 'a=x', isSame: false },
    { left: null, right: 'more', isSame: false },
  ]);
});
