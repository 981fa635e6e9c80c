import { join } from 'node:path';
import { OPERATOR_DOMAIN } from '@callscope/core/domain/tenant.ts';
import {
  COMPANY_RIGHTS,
  GRANTS,
  type Holder,
  isCompanyRight,
  OPERATOR_ROLES,
  ofProjects,
  RIGHTS,
  type Right,
  ROLES,
} from '@callscope/modules/access/rights.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Door as Asking, pageDoors } from '../check/rights.ts';
import { companies } from './fixtures.ts';
import { OPERATOR_TOKEN, type Stack, startStack } from './stack.ts';

/** Every page and route of a company is found in the files and in OpenAPI, so a new one is tried without anyone adding it here. */
const ROUTES = join(import.meta.dirname, '../../portal/src/routes');
const PASSWORD = 'secret-secret';

/** What stands for a route's parameter. The wall is met before the thing is looked for, so most need not be there. */
const VALUES: Record<string, string> = {
  list: 'employees',
  id: '1',
  version: '1',
  login: 'nobody',
  account: '101',
  report: 'hourly',
  measure: 'calls',
  erasure: '1',
  project: '1',
  board: '1',
  observer: '1',
  view: '1',
  mailing: '1',
  rule: '1',
  notice: '1',
  alert: '1',
  export: '1',
  tag: '1',
  comment: '1',
  collection: '1',
  entry: '1',
  card: 'figures',
  day: '2026-11-23',
  form: '1',
  plan: '1',
  review: '1',
  calibration: '1',
  by: 'employee',
  callId: 'nobody@nowhere',
  contract: '25402-CBT',
  tariff: 'base',
  number: '79130007703',
  from: '2026-11-01T00:00:00Z',
  to: '2026-12-01T00:00:00Z',
};

function standIn(name: string, path: string): string {
  const value = VALUES[name];
  if (value === undefined) throw new Error(`${path}: say in VALUES (wall.test.ts) what stands for the parameter "${name}"`);
  return value;
}

function filled(path: string, company: string): string {
  return path.replaceAll(/[[{](\w+)[\]}]/g, (_, name: string) => (name === 'company' || name === 'tenant' ? company : standIn(name, path)));
}

interface Door extends Pick<Asking, 'needs' | 'least'> {
  method: string;
  /** with parameters in brackets, as SvelteKit writes them */
  path: string;
}

/** Ways into a company's pages; a layout's load is asked with the pages in it. */
const DOORS = doorsBelow('c/');
/** Ways into the operator's own pages. */
const OPERATOR_DOORS = doorsBelow('operator/');

function doorsBelow(folder: string): Door[] {
  return pageDoors(ROUTES)
    .filter(({ file }) => file.startsWith(folder) && !file.endsWith('+layout.server.ts'))
    .map(({ file, what, ...asks }) => {
      const path = `/${file.slice(0, file.lastIndexOf('/'))}`;
      if (what === 'load') return { method: 'GET', path, ...asks };
      if (!what.startsWith('?/')) return { method: what, path, ...asks };
      return { method: 'POST', path: what === '?/default' ? path : `${path}${what}`, ...asks };
    });
}

let stack: Stack;
const cookies: Partial<Record<Holder, string>> = {};
/** of whoever sees projects alone */
let limited = '';
/** everything in t1 */
let token: string;
const tokenWith = async (name: string, scopes: readonly Right[]) =>
  (await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name, scopes: scopes.filter(isCompanyRight) })).token;
beforeAll(async () => {
  stack = await startStack();
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  token = await tokenWith('all', COMPANY_RIGHTS);
  for (const role of ROLES) {
    await stack.rest('PUT', `/tenants/t1/users/${role}`, { password: PASSWORD, role });
    cookies[role] = await signedIn('alfa.pbx.test', role, PASSWORD);
  }
  // of the other company, and let in to this one
  await stack.rest('PUT', '/tenants/t2/users/boris', { password: PASSWORD, role: 'admin' });
  await stack.rest('POST', '/tenants/t1/outside-observers', { login: 'boris', domain: 'bravo.pbx.test' });
  cookies['outside-observer'] = await signedIn('bravo.pbx.test', 'boris', PASSWORD);
  // sees projects alone, and has none
  await stack.rest('PUT', '/tenants/t1/users/limited', { password: PASSWORD, role: 'supervisor', onlyProjects: true });
  limited = await signedIn('alfa.pbx.test', 'limited', PASSWORD);
  // the operator's first person, whose password is shown once
  const [, login = '', password = ''] = /user (\S+), password shown this once: ([\w-]+)/.exec(stack.log()) ?? [];
  cookies.operator = await signedIn(OPERATOR_DOMAIN, login, password);
  await stack.rest('PUT', '/ops/users/helper', { password: PASSWORD, role: 'support' });
  cookies.support = await signedIn(OPERATOR_DOMAIN, 'helper', PASSWORD);
});
afterAll(() => stack?.end());

/** @returns the cookie */
async function signedIn(domain: string, login: string, password: string): Promise<string> {
  const { headers } = await send('POST', '/sign-in', {}, { domain, login, password });
  const [cookie = ''] = (headers.get('set-cookie') ?? '').split(';');
  expect(cookie, `${login} of ${domain}`).not.toBe('');
  return cookie;
}

function send(method: string, path: string, headers: Record<string, string>, form: Record<string, string> = {}): Promise<Response> {
  const bare = method === 'GET' || method === 'HEAD';
  return fetch(`${stack.portal}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      accept: 'text/html',
      origin: stack.portal,
      ...(bare ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
    ...(bare ? {} : { body: new URLSearchParams(form).toString() }),
  });
}

/** How a page answers a person. */
async function answered(door: Door, company: string, role: Holder): Promise<{ status: number; location: string }> {
  const response = await send(door.method, filled(door.path, company), { cookie: cookies[role] ?? '' });
  await response.body?.cancel();
  return { status: response.status, location: response.headers.get('location') ?? '' };
}

describe('the wall between companies: pages', () => {
  test('pages, streams and forms are found', () => {
    const kinds = DOORS.map((d) => (d.method === 'GET' ? 'GET' : d.path.includes('?/') ? 'form' : 'other'));
    expect(new Set(kinds)).toEqual(new Set(['GET', 'form', 'other']));
  });

  test.each(DOORS)('$method $path: without a session to sign-in or 401, of another company 404', async (door) => {
    const anonymous = await send(door.method, filled(door.path, 't2'), {});
    await anonymous.body?.cancel();
    if (anonymous.status === 303 || anonymous.status === 302) expect(anonymous.headers.get('location')).toMatch(/^\/sign-in/);
    else expect(anonymous.status).toBe(401);
    for (const role of ROLES) expect((await answered(door, 't2', role)).status, role).toBe(404);
  });

  test.each([...ROLES, 'outside-observer'] as const)('%s: what the table of rights gives is open, the rest is 403', async (role) => {
    for (const door of DOORS) {
      const reach = GRANTS[role][door.needs as Right];
      const may = reach !== undefined && (door.least === 'own' || reach === 'company');
      const { status, location } = await answered(door, 't1', role);
      const at = `${door.method} ${door.path} needs ${door.needs}`;
      if (!may) expect(status, at).toBe(403);
      else expect([401, 403, 500], `${at}: ${status}`).not.toContain(status);
      expect(location, at).not.toMatch(/^\/sign-in/);
    }
  });

  test('whoever is given projects has what reaches them, and nothing that tells of everybody', async () => {
    for (const door of DOORS) {
      const reach = ofProjects(GRANTS.supervisor)[door.needs as Right];
      const response = await send(door.method, filled(door.path, 't1'), { cookie: limited });
      await response.body?.cancel();
      const at = `${door.method} ${door.path} needs ${door.needs}: ${response.status}`;
      if (reach === undefined || door.least === 'company') expect(response.status, at).toBe(403);
      else expect([401, 403, 500], at).not.toContain(response.status);
    }
  });

  test('whoever is let in to another company has their own too, and no third one', async () => {
    for (const door of DOORS) {
      const at = `${door.method} ${door.path}`;
      const foreign = await send(door.method, filled(door.path, 'nobody'), { cookie: cookies['outside-observer'] ?? '' });
      await foreign.body?.cancel();
      expect(foreign.status, at).toBe(404);
    }
    expect(
      (await answered({ method: 'GET', path: '/c/[company]/people', needs: 'users:write', least: 'own' }, 't2', 'outside-observer')).status,
    ).toBe(200);
  });
});

test.each(OPERATOR_ROLES)(
  "%s of the operator's: in every company what the table of rights gives is open, the rest is 403",
  async (role) => {
    for (const door of DOORS)
      for (const company of ['t1', 't2']) {
        const { status, location } = await answered(door, company, role);
        const at = `${door.method} ${door.path} ${company} needs ${door.needs}: ${status}`;
        if (GRANTS[role][door.needs as Right] === undefined) expect(status, at).toBe(403);
        else expect([401, 403, 500], at).not.toContain(status);
        expect(location, at).not.toMatch(/^\/sign-in/);
      }
  },
);

describe("the operator's own pages", () => {
  test('pages, forms and files are found', () => {
    expect(OPERATOR_DOORS.map(({ method, path }) => `${method} ${path}`)).toEqual(
      expect.arrayContaining(['GET /operator', 'POST /operator/people?/add', 'GET /operator/audit/export']),
    );
  });

  test('without a session to sign-in or 401', async () => {
    for (const door of OPERATOR_DOORS) {
      const response = await send(door.method, door.path, {});
      await response.body?.cancel();
      const at = `${door.method} ${door.path}: ${response.status}`;
      if (response.status === 303 || response.status === 302) expect(response.headers.get('location'), at).toMatch(/^\/sign-in/);
      else expect(response.status, at).toBe(401);
    }
  });

  test.each([...OPERATOR_ROLES, ...ROLES, 'outside-observer'] as const)(
    '%s: what the table of rights gives is open, the rest is 403',
    async (role) => {
      for (const door of OPERATOR_DOORS) {
        const { status, location } = await answered(door, '', role);
        const at = `${door.method} ${door.path} needs ${door.needs}: ${status}`;
        // an admin of a company has rights that are called otherwise: none of a company's people has the operator's
        if (GRANTS[role][door.needs as Right] === undefined) expect(status, at).toBe(403);
        else expect([401, 403, 500], at).not.toContain(status);
        expect(location, at).not.toMatch(/^\/sign-in/);
      }
    },
  );
});

/** Broken off in the middle of a letter: no percent-encoding of anything. */
const MALFORMED = '%E0%A4%A';

test('a malformed address of a page is 400, for people of a company and strangers alike', async () => {
  for (const door of DOORS)
    for (const cookie of [cookies.admin ?? '', '']) {
      const response = await send(door.method, filled(door.path, MALFORMED), { cookie });
      await response.body?.cancel();
      expect(response.status, `${door.method} ${door.path}`).toBe(400);
    }
});

interface Operation {
  parameters?: { in: string; name: string; required?: boolean }[];
  'x-right'?: string;
}

describe('the wall between companies: REST', () => {
  let operations: { method: string; path: string; needs: Right; query: string }[];
  beforeAll(async () => {
    const { paths } = await stack.rest<{ paths: Record<string, Record<string, Operation>> }>('GET', '/openapi.json');
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [], 'x-right': needs }]) => ({
        method: method.toUpperCase(),
        path,
        needs: needs as Right,
        query: parameters
          .filter((p) => p.in === 'query' && p.required)
          .map((p) => `${p.name}=${encodeURIComponent(standIn(p.name, path))}`)
          .join('&'),
      })),
    );
  });
  const ask = async ({ method, path, query }: (typeof operations)[number], company: string, bearer: string | null) => {
    const response = await fetch(`${stack.portal}/api/v1${filled(path, company)}?${query}`, {
      method,
      headers: { 'content-type': 'application/json', ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }) },
      ...(['POST', 'PUT', 'PATCH'].includes(method) ? { body: '{}' } : {}),
    });
    return { status: response.status, text: (await response.text()).replaceAll(company, 'COMPANY') };
  };

  test('every operation names a right that there is', () => {
    expect(operations.length).toBeGreaterThan(40);
    expect(operations.filter(({ needs }) => !RIGHTS.includes(needs)).map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  test('without a token 401; another company answers as one that is not there', async () => {
    for (const operation of operations) {
      const at = `${operation.method} ${operation.path}`;
      expect((await ask(operation, 't1', null)).status, at).toBe(401);
      if (!operation.path.includes('{tenant}')) continue;
      const foreign = await ask(operation, 't2', token);
      expect(foreign, at).toEqual(await ask(operation, 'nobody', token));
      expect(foreign.status, `${at}: ${foreign.text}`).toBe(404);
    }
  });

  test('a malformed address is 400, and no company for a token of one', async () => {
    for (const operation of operations.filter(({ path }) => path.includes('{tenant}'))) {
      const at = `${operation.method} ${operation.path}`;
      expect((await ask(operation, MALFORMED, OPERATOR_TOKEN)).status, at).toBe(400);
      expect((await ask(operation, MALFORMED, token)).status, at).toBe(404);
    }
  });

  test('a token with every right but one is told which one it lacks', async () => {
    for (const lacking of COMPANY_RIGHTS) {
      const bearer = await tokenWith(
        `all but ${lacking}`,
        COMPANY_RIGHTS.filter((right) => right !== lacking),
      );
      for (const operation of operations.filter(({ needs }) => needs === lacking)) {
        const { status, text } = await ask(operation, 't1', bearer);
        expect([status, text], operation.path).toEqual([403, expect.stringContaining(lacking)]);
      }
    }
  });

  test.each(ROLES)("with the rights of %s: what the table gives is open, the rest and the operator's is 403", async (role) => {
    const bearer = await tokenWith(role, Object.keys(GRANTS[role]) as Right[]);
    for (const operation of operations) {
      const { status, text } = await ask(operation, 't1', bearer);
      const at = `${operation.method} ${operation.path} needs ${operation.needs}: ${status} ${text}`;
      if (GRANTS[role][operation.needs] === undefined) expect(status, at).toBe(403);
      else expect([401, 403, 500], at).not.toContain(status);
    }
  });

  test("what is the operator's alone is open to the operator", async () => {
    const theirs = operations.filter(({ needs }) => !isCompanyRight(needs));
    expect(theirs.length).toBeGreaterThan(5);
    for (const operation of theirs)
      expect([401, 403, 500], operation.path).not.toContain((await ask(operation, 't1', OPERATOR_TOKEN)).status);
  });
});
