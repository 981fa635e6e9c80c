import { expect, test } from 'vitest';
import { readBusUrl } from './bus-address.ts';
import { redact } from './redact.ts';

test('one server, or those of a cluster and how many keep a copy', () => {
  expect(readBusUrl('nats://127.0.0.1')).toEqual({ servers: ['127.0.0.1:4222'], isSecret: false, replicas: 1 });
  expect(readBusUrl('tls://cs:p%40ss%2Cword@bus.example:4223/')).toEqual({
    ...{ servers: ['bus.example:4223'], user: 'cs', pass: 'p@ss,word', isSecret: true, replicas: 1 },
  });
  expect(readBusUrl('nats://cs:secret@one:4222,two,[::1]:4224?replicas=3')).toEqual({
    ...{ servers: ['one:4222', 'two:4222', '[::1]:4224'], user: 'cs', pass: 'secret', isSecret: false, replicas: 3 },
  });
});

test.each([
  'http://127.0.0.1',
  'nats://',
  'nats://one,,two',
  'nats://one:70000',
  'nats://one:0',
  'nats://one?replicas=2',
  'nats://one,two?replicas=3',
  'nats://one/stream',
  'nats://cs:%zz@one',
])('%s is no address of a bus', (url) => expect(readBusUrl(url)).toBeNull());

test('a log has no password of it', () => {
  expect(redact('nats://cs:secret@one:4222,two:4222?replicas=1')).toBe('nats://cs:***@one:4222,two:4222?replicas=1');
  expect(redact('nats://one:4222')).toBe('nats://one:4222');
  expect(redact('postgres://cs:a@b@host/callscope')).toBe('postgres://cs:***@host/callscope');
});
