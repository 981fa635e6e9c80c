import { createServer, type Server } from 'node:http';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, type Stack, startStack } from './stack.ts';

const PASSWORD = 'secret-secret';
const PORTAL = 'https://portal.test';

let stack: Stack;
let server: Server;

beforeAll(async () => {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'callscope',
        client_secret: 'of-the-test',
        redirect_uris: ['local', 'plain'].map((id) => `${PORTAL}/sign-in/with/${id}/back`),
      },
    ],
    pkce: { required: () => true },
    cookies: { keys: ['of the test'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => Promise.resolve({ sub: id }) }),
  });
  server = createServer((request, response) => void provider.callback()(request, response));
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const client = { clientId: 'callscope', clientSecret: 'of-the-test' };
  stack = await startStack({
    env: {
      PORTAL_URL: PORTAL,
      OIDC_PROVIDERS: JSON.stringify([
        { id: 'local', name: 'Местный', issuer, ...client },
        {
          id: 'plain',
          name: 'Простой',
          issuer,
          ...client,
          oauth: { authorization: `${issuer}/auth`, token: `${issuer}/token`, person: `${issuer}/me`, subject: 'sub' },
        },
      ]),
    },
  });
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: 'alfa.pbx.test' });
  for (const login of ['anna', 'boris']) await stack.rest('PUT', `/tenants/t1/users/${login}`, { password: PASSWORD, role: 'supervisor' });
});
afterAll(async () => {
  await stack?.end();
  server?.closeAllConnections();
  server?.close();
});

/** A browser: cookies of each origin apart. */
class Visitor {
  readonly #jars = new Map<string, Map<string, string>>();

  async ask(address: string, form?: Record<string, string>): Promise<Response> {
    // what the services call portal.test is the portal of this test
    const url = new URL(address.replace(PORTAL, stack.portal), stack.portal);
    const jar = this.#jars.get(url.origin) ?? new Map<string, string>();
    this.#jars.set(url.origin, jar);
    const response = await fetch(url, {
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        origin: url.origin,
        cookie: [...jar].map(([n, v]) => `${n}=${v}`).join('; '),
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      ...(form ? { method: 'POST', body: new URLSearchParams(form).toString() } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    return response;
  }

  /** At the service: signs in there as somebody and agrees. @returns the address at the portal that it leads back to */
  async agree(address: string, login: string): Promise<string> {
    let next = address;
    for (let i = 0; i < 12; i++) {
      const { pathname, origin } = new URL(next);
      if (origin === PORTAL) return next;
      let response = await this.ask(next);
      if (pathname.startsWith('/interaction/') && response.status === 200) {
        const prompt = /name="prompt" value="(\w+)"/.exec(await response.text())?.[1] ?? '';
        response = await this.ask(next, { prompt, login, password: 'any' });
      }
      next = new URL(response.headers.get('location') ?? '', next).href;
    }
    throw new Error(`never came back: ${next}`);
  }

  async begin(provider: string): Promise<string> {
    return (await this.ask(`/sign-in/with/${provider}?to=/c/t1/journal`)).headers.get('location') ?? '';
  }

  async link(provider: string, login: string): Promise<Response> {
    const answer = await this.ask('/account?/link', { provider });
    const address = /(http:\/\/127\.0\.0\.1:\d+\/auth\?[^"\\<]+)/.exec(await answer.text())?.[1]?.replaceAll('&amp;', '&') ?? '';
    return this.ask(await this.agree(address, login));
  }

  signIn(login: string): Promise<Response> {
    return this.ask('/sign-in', { domain: 'alfa.pbx.test', login, password: PASSWORD });
  }
}
const ends = (response: Response) => [response.status, response.headers.get('location')];

describe.each(['local', 'plain'])('sign-in with another service (S-04): %s', (provider) => {
  const there = (name: string) => `${name}-at-${provider}`;

  test('an account linked by its owner signs in; one that nobody linked does not', async () => {
    const stranger = new Visitor();
    expect(ends(await stranger.ask(await stranger.agree(await stranger.begin(provider), there('anna'))))).toEqual([
      303,
      '/sign-in?says=notLinked',
    ]);
    const anna = new Visitor();
    await anna.signIn('anna');
    expect(ends(await anna.link(provider, there('anna')))).toEqual([303, '/account?says=linked']);
    const again = new Visitor();
    expect(ends(await again.ask(await again.agree(await again.begin(provider), there('anna'))))).toEqual([303, '/c/t1/journal']);
    expect((await again.ask('/account')).status).toBe(200);
  });

  test('what comes back is good once, in the browser that began, with the state that it began with', async () => {
    const [one, other] = [new Visitor(), new Visitor()];
    const back = await one.agree(await one.begin(provider), there('anna'));
    expect(ends(await other.ask(back))).toEqual([303, '/sign-in?says=over']);
    await other.begin(provider);
    expect(ends(await other.ask(back))).toEqual([303, '/sign-in?says=providerFailed']);
    expect(ends(await one.ask(back))).toEqual([303, '/c/t1/journal']);
  });

  test('an account signs in as one person only, and no more once it is unlinked', async () => {
    const boris = new Visitor();
    await boris.signIn('boris');
    expect(ends(await boris.link(provider, there('anna')))).toEqual([303, '/account?says=taken']);
    const anna = new Visitor();
    await anna.signIn('anna');
    await anna.ask('/account?/unlink', { provider });
    const next = new Visitor();
    expect(ends(await next.ask(await next.agree(await next.begin(provider), there('anna'))))).toEqual([303, '/sign-in?says=notLinked']);
  });
});
