import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fuzzRest } from '../fuzz/rest.ts';
import { type Stack, startStack } from './stack.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
  await stack.rest('PUT', '/tenants/t1', { name: 'Alfa', domain: 'alfa.pbx.test' });
});
afterAll(() => stack.end());

describe('what no route has to think of', () => {
  const problemOf = async (response: Response) => {
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    return (await response.json()) as { status: number; detail: string; errors?: { field: string }[] };
  };

  test.each([
    ['GET', '/tenants/t1/calls?employee=%00', 'employee'],
    ['GET', '/tenants/t1/calls?caller=%2B7916%00', 'caller'],
    ['GET', '/tenants/t1/calls/%00', 'path'],
    ['GET', '/tenants/t1/calls/a%00b/messages', 'path'],
    ['GET', '/ops/calls?group=a%00', 'group'],
    ['GET', '/tenants/t1/reports/hourly?employee=%00', 'employee'],
    ['DELETE', '/tenants/t1/tokens/%00', 'path'],
    ['PUT', '/tenants/t1', 'name', { name: 'a\0b', domain: 'alfa.pbx.test' }],
    ['PUT', '/tenants/t1/users/anna', 'password', { password: 'long enough\0', role: 'admin' }],
    ['PUT', '/tenants/t1/users/an%00na', 'path', { password: 'long enough', role: 'admin' }],
    ['POST', '/tenants/t1/tokens', 'name', { name: '\0' }],
    ['PUT', '/tenants/t1/directory', 'employees.0.name', { employees: [{ id: 'a', name: 'A\0' }] }],
    // half of a surrogate pair: jsonb refuses it as it does NUL
    ['PUT', '/tenants/t1/directory', 'accounts.0.comment', { accounts: [{ user: 'a', comment: '\ud800' }] }],
  ])('%s %s: a NUL is refused, naming %s', async (method, path, field, body?: object) => {
    const response = await stack.fetch(`/api/v1${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
    expect(await problemOf(response)).toMatchObject({ status: 400, errors: [{ field }] });
  });

  test('a text that only looks like one is kept', async () => {
    const { id } = await stack.rest<{ id: string }>('POST', '/tenants/t1/tokens', { name: 'C:\\u0000 🐈', scopes: [] });
    const { data } = await stack.rest<{ data: { id: string; name: string }[] }>('GET', '/tenants/t1/tokens');
    expect(data.find((token) => token.id === id)?.name).toBe('C:\\u0000 🐈');
    await stack.rest('DELETE', `/tenants/t1/tokens/${id}`);
  });

  test('the word for calls of no company is no company', async () => {
    for (const word of ['unassigned', 'Unassigned', 'UNASSIGNED'])
      for (const [method, path, body] of [
        ['PUT', '', { name: 'x', domain: `${word}.test` }],
        ['PUT', '/directory', {}],
        ['PUT', '/users/anna', { password: 'long enough', role: 'admin' }],
        ['POST', '/tokens', { name: 'x', scopes: [] }],
      ] as const) {
        const response = await stack.fetch(`/api/v1/tenants/${word}${path}`, {
          method,
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        });
        expect(await problemOf(response), `${method} ${word}${path}`).toMatchObject({ status: 400, errors: [{ field: 'tenant' }] });
      }
    expect((await stack.rest<{ data: { id: string }[] }>('GET', '/tenants')).data.map((t) => t.id)).not.toContain('unassigned');
    expect((await stack.fetch('/api/v1/ops/calls?tenant=unassigned')).status).toBe(200);
  });

  test.each([
    ['DELETE', '/api/v1/tenants', 'GET, HEAD'],
    ['POST', '/api/v1/tenants/t1', 'GET, HEAD, PUT'],
    ['DELETE', '/api/v1/tenants/t1/directory', 'GET, HEAD, PATCH, PUT'],
    ['DELETE', '/api/v1/tenants/t1/calls', 'GET, HEAD, POST'],
    ['DELETE', '/api/v1/tenants/t1/calls/a%2Fb', 'GET, HEAD'],
    ['GET', '/api/v1/tenants/t1/tokens/1', 'DELETE'],
    ['PUT', '/api/v1/ops/ledger', 'GET, HEAD'],
    ['OPTIONS', '/api/v1/openapi.json', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['DELETE', '/metrics', 'GET, HEAD'],
  ])('%s %s is answered with what may be done there', async (method, path, allow) => {
    const response = await stack.fetch(path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect((await problemOf(response)).detail).toContain(method);
  });

  test('where nothing is, nothing is', async () => {
    for (const path of ['/api/v1/tenants/t1/nothing', '/api/v1', '/api/v2/tenants'])
      expect(await problemOf(await stack.fetch(path)), path).toMatchObject({ status: 404 });
    expect((await stack.fetch('/api/v1/tenants', { method: 'HEAD' })).status).toBe(200);
  });

  /** What comes back for these bytes; fetch would not send them. */
  const raw = (bytes: string) =>
    new Promise<string>((done, failed) => {
      let answer = '';
      const socket = connect(stack.ports.portal, '127.0.0.1', () => socket.write(bytes));
      socket.on('data', (chunk) => {
        answer += chunk.toString();
      });
      socket.once('close', () => done(answer)).once('error', failed);
    });

  test.each([
    ['header fields beyond all measure', `GET /api/v1/tenants HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['no HTTP at all', 'HEP3 or something else\r\n\r\n', 400],
    ['a Host that is none', 'GET /api/v1/tenants HTTP/1.1\r\nHost: a b@c\r\nConnection: close\r\n\r\n', 400],
  ])('%s: problem+json as everywhere', async (_, bytes, status) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json');
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toMatchObject({ status });
  });

  test('a body without a length is measured too', async () => {
    const chunk = new TextEncoder().encode(' '.repeat(1_000_000));
    let left = 9;
    const body = new ReadableStream({ pull: (c) => (left-- > 0 ? c.enqueue(chunk) : c.close()) });
    const response = await stack.fetch('/api/v1/tenants/t1/directory', {
      method: 'PUT',
      body,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    } as RequestInit);
    expect(await problemOf(response)).toMatchObject({ status: 413 });
  });
});

// after all others: it changes what it finds
test('requests made from OpenAPI, right and odd: none is answered with 5xx or late, every refusal is problem+json and stands in OpenAPI', async () => {
  const { problems, reached, operations } = await fuzzRest(stack, { requests: 2_000, seed: 20_261_128 });
  expect(problems).toEqual([]);
  // it comes past the forms
  expect(reached).toBeGreaterThan(operations / 5);
});
