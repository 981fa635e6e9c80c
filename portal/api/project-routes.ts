import type { Tenant } from '@callscope/core/domain/directory.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Caller } from '@callscope/modules/access/callers.ts';
import { letIn, listOutside, type OutsideObserver, shutOut } from '@callscope/modules/access/outside.ts';
import {
  listProjects,
  MOST_PROJECTS,
  type Project,
  type ProjectForm,
  projectPeopleSchema,
  projectSchema,
  removeProject,
  saveProject,
  setProjectPeople,
} from '@callscope/modules/access/projects.ts';
import { LOGIN } from '@callscope/modules/access/users.ts';
import { getDirectory, getTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import { projectParts } from '../people/project-parts.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });
const list = z.array(z.string());
const projectOut = z
  .object({ id: z.string(), name: z.string(), numbers: list, groups: list, people: list, outside: list })
  .openapi('Project');
const id = z.string().regex(/^\d{1,18}$/, 'a number');
const projectParam = tenantParam.extend({ project: id.openapi({ param: { name: 'project', in: 'path' } }) });
const observerParam = tenantParam.extend({ observer: id.openapi({ param: { name: 'observer', in: 'path' } }) });
const observerOut = z
  .object({
    id: z.string(),
    login: z.string(),
    domain: z.string(),
    company: z.string(),
    onlyProjects: z.boolean(),
    givenBy: z.string(),
    givenAt: z.iso.datetime(),
    blocked: z.boolean(),
    lacksSecondFactor: z.boolean().describe('they see nothing until they have one: this company wants it of observers'),
  })
  .openapi('OutsideObserver');
const observerForm = z.strictObject({
  login: z.string().regex(LOGIN, '1 to 64 characters without spaces, / ? # or %'),
  domain: z.string().min(1).max(253).describe('of their own company, as they sign in'),
  onlyProjects: z.boolean().default(false).describe('true: the projects that they were ticked in alone'),
});

const about = { tags: ['Projects'], needs: 'users:write' as const };
const noProject = (project: string) => new Problem(404, `the company has no project ${project}`);
const refused = (field: string, message: string, status: 400 | 404 | 409 = 400) =>
  new Problem(status, 'the request is wrong in these fields', [{ field, message }]);
const observerJson = (o: OutsideObserver) => ({ ...o, givenAt: o.givenAt.toISOString() });

/** Projects, which people are given instead of a whole company, and people of other companies who are let in to look. */
export function projectRoutes(api: Api, { db, clock }: Deps): void {
  /** @throws Problem */
  async function companyOf(scope: TenantScope): Promise<Tenant> {
    const found = await getTenant(db, scope);
    if (!found) throw noCompany(scope.tenant);
    return found;
  }

  /** @throws Problem for what the directory does not have */
  async function inDirectory(scope: TenantScope, form: ProjectForm): Promise<ProjectForm> {
    const { country } = await companyOf(scope);
    const directory = await getDirectory(db, scope, new Date(clock.now()));
    const { parts, unknown } = projectParts(directory?.body, country, form);
    const wrong = [
      ...unknown.numbers.map((n) => ({ field: 'numbers', message: `"${n}" is not an own number of the directory` })),
      ...unknown.groups.map((g) => ({ field: 'groups', message: `"${g}" is not a group of the directory` })),
    ];
    if (wrong.length > 0) throw new Problem(400, 'the request is wrong in these fields', wrong);
    return { name: form.name, ...parts };
  }

  async function save(scope: TenantScope, caller: Caller, which: string | null, form: ProjectForm): Promise<Project> {
    const saved = await saveProject(db, scope, caller, which, await inDirectory(scope, form));
    if (saved === 'unknown') throw noProject(which ?? '');
    if (saved === 'taken') throw refused('name', 'another project has this name', 409);
    if (saved === 'many') throw refused('name', `a company has at most ${MOST_PROJECTS} projects`);
    const found = (await listProjects(db, scope)).find((p) => p.id === saved.id);
    if (!found) throw noProject(saved.id);
    return found;
  }

  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/projects',
      summary: 'Projects: parts of the company that people are given',
      request: { params: tenantParam },
      responses: {
        200: { description: 'By name', content: json(z.object({ data: z.array(projectOut) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      await companyOf(scopeOf(c));
      return c.json({ data: await listProjects(db, scopeOf(c)) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'post',
      path: '/tenants/{tenant}/projects',
      summary: 'Add a project',
      request: { params: tenantParam, body: body(projectSchema) },
      responses: { 201: { description: 'Added', content: json(projectOut) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      return c.json(await save(scopeOf(c), c.get('caller'), null, c.req.valid('json')), 201);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'put',
      path: '/tenants/{tenant}/projects/{project}',
      summary: 'Change name, own numbers and groups of a project',
      request: { params: projectParam, body: body(projectSchema) },
      responses: { 200: { description: 'Changed', content: json(projectOut) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const { project } = c.req.valid('param');
      return c.json(await save(scopeOf(c), c.get('caller'), project, c.req.valid('json')), 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'put',
      path: '/tenants/{tenant}/projects/{project}/people',
      summary: 'Say who may use a project: these and nobody else',
      description: 'It limits nobody by itself: a person sees projects alone where `onlyProjects` says so.',
      request: { params: projectParam, body: body(projectPeopleSchema) },
      responses: { 204: { description: 'Said' }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const { project } = c.req.valid('param');
      const said = await setProjectPeople(db, scopeOf(c), c.get('caller'), project, c.req.valid('json'));
      if (said === 'unknown') throw noProject(project);
      if (said) throw refused('people', `nobody is ${said.nobody.slice(0, 5).join(', ')}`);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'delete',
      path: '/tenants/{tenant}/projects/{project}',
      summary: 'Delete a project',
      description: 'Whoever saw this project alone sees nothing then. Calls stay.',
      request: { params: projectParam },
      responses: { 204: { description: 'Deleted' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { project } = c.req.valid('param');
      if (!(await removeProject(db, scopeOf(c), c.get('caller'), project))) throw noProject(project);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/outside-observers',
      summary: 'People of other companies who may look at this one',
      request: { params: tenantParam },
      responses: {
        200: { description: 'By company and login', content: json(z.object({ data: z.array(observerOut) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      await companyOf(scopeOf(c));
      return c.json({ data: (await listOutside(db, scopeOf(c))).map(observerJson) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'post',
      path: '/tenants/{tenant}/outside-observers',
      summary: "Let a person of another company look, as this company's observers do",
      description: 'Let in again, `onlyProjects` is changed. What they may see ends with the next request after they are shut out.',
      request: { params: tenantParam, body: body(observerForm) },
      responses: {
        200: { description: 'Changed', content: json(observerOut) },
        201: { description: 'Let in', content: json(observerOut) },
        ...problems(400, 401, 403, 404, 413, 415, 429, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      await companyOf(scope);
      const made = await letIn(db, scope, c.get('caller'), c.req.valid('json'), clock.now());
      if (made === 'busy') throw new Problem(429, 'too many logins were tried: wait for a quarter of an hour');
      if (made === 'own') throw refused('login', 'is one of your own people: give them a role instead');
      if (made === 'unknown') throw refused('login', 'nobody signs in with this domain and login');
      const found = (await listOutside(db, scope)).find((o) => o.id === made.id);
      if (!found) throw new Problem(404, 'they were shut out meanwhile');
      return c.json(observerJson(found), made.isNew ? 201 : 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'delete',
      path: '/tenants/{tenant}/outside-observers/{observer}',
      summary: 'Shut a person of another company out',
      request: { params: observerParam },
      responses: { 204: { description: 'Shut out' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { observer } = c.req.valid('param');
      if (!(await shutOut(db, scopeOf(c), c.get('caller'), observer))) throw new Problem(404, `nobody with the id ${observer} was let in`);
      return c.body(null, 204);
    },
  );
}
