import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { isInside, signatureOf, tell } from './webhook.ts';

test('networks inside are known, also where they are written as IPv6', () => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::',
    'fd00::1',
    'fe80::1',
  ])
    expect([address, isInside(address)]).toEqual([address, true]);
  expect(isInside('::ffff:127.0.0.1')).toBe(true);
  for (const address of ['8.8.8.8', '172.32.0.1', '2a00:1450:4010::1', '::ffff:8.8.8.8'])
    expect([address, isInside(address)]).toEqual([address, false]);
});

test('nothing inside is asked, by address or by name, unless it is allowed; a redirect leads nowhere', async () => {
  const asked: { path: string | undefined; body: string }[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const part of request) body += String(part);
    asked.push({ path: request.url, body });
    if (request.url === '/moved') response.writeHead(302, { location: '/taken' }).end();
    else response.writeHead(request.url === '/broken' ? 500 : 204).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await expect(tell(`http://127.0.0.1:${port}/taken`, '{}', {}, false)).rejects.toThrow('WEBHOOKS_INSIDE');
  await expect(tell(`http://localhost:${port}/taken`, '{}', {}, false)).rejects.toThrow('WEBHOOKS_INSIDE');
  await expect(tell(`http://[::1]:${port}/taken`, '{}', {}, false)).rejects.toThrow('WEBHOOKS_INSIDE');
  expect(asked).toEqual([]);
  await tell(`http://localhost:${port}/taken`, '{"a":"ы"}', { 'x-a': 'b' }, true);
  await expect(tell(`http://127.0.0.1:${port}/moved`, '{}', {}, true)).rejects.toThrow('answered 302');
  await expect(tell(`http://127.0.0.1:${port}/broken`, '{}', {}, true)).rejects.toThrow('answered 500');
  expect(asked.map(({ path, body }) => `${path} ${body}`)).toEqual(['/taken {"a":"ы"}', '/moved {}', '/broken {}']);
  await new Promise((done) => server.close(done));
  await expect(tell(`http://127.0.0.1:${port}/`, '{}', {}, true)).rejects.toThrow('ECONNREFUSED');
});

test('a signature is of the time and the body', () => {
  // printf '1795000000.{}' | openssl dgst -sha256 -hmac secret
  expect(signatureOf('secret', 1_795_000_000, '{}')).toBe('v1=6b4c7e66d3b69c810f27c4aa67ee370757d4dfdabf1fbb338ea7cf6aba9e0494');
  expect(signatureOf('secret', 1_795_000_001, '{}')).not.toBe(signatureOf('secret', 1_795_000_000, '{}'));
});
