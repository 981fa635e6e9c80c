import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { BOARD_FIGURES } from '@callscope/modules/boards/rules.ts';
import {
  type Board,
  type BoardForm,
  boardSchema,
  changeBoard,
  listBoards,
  MOST_BOARDS,
  makeBoard,
  revokeBoard,
} from '@callscope/modules/boards/store.ts';
import { getDirectory, getTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const body = { required: true, content: json(boardSchema) };
const boardParam = tenantParam.extend({
  board: z
    .string()
    .regex(/^\d{1,18}$/, 'a number')
    .openapi({ param: { name: 'board', in: 'path' } }),
});
const threshold = z.object({ warn: z.number().int().nullable(), alarm: z.number().int().nullable() });
const boardOut = z
  .object({
    id: z.string(),
    name: z.string(),
    groups: z.array(z.string()),
    numbers: z.string(),
    theme: z.string(),
    thresholds: z.record(z.enum(BOARD_FIGURES), threshold),
    who: z.string().describe('who made it: it works as long as they may make boards of the whole company'),
    createdAt: z.iso.datetime(),
  })
  .openapi('Board');

const about = { tags: ['Boards'], needs: 'boards:write' as const };
const noBoard = (board: string) => new Problem(404, `the company has no board ${board}`);
const refused = (field: string, message: string, status: 400 | 409 = 400) =>
  new Problem(status, 'the request is wrong in these fields', [{ field, message }]);
const boardJson = (b: Board) => ({ ...b, createdAt: b.createdAt.toISOString() });

/** Boards on the wall: live figures for whoever has their address, without signing in. */
export function boardRoutes(api: Api, { db, clock, portalUrl }: Deps): void {
  /** @throws Problem for groups that the directory does not have. @param before that a board had already */
  async function known(scope: TenantScope, form: BoardForm, before: readonly string[] = []): Promise<BoardForm> {
    if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
    const directory = await getDirectory(db, scope, new Date(clock.now()));
    const groups = new Set([...before, ...(directory?.body.groups ?? []).map((g) => g.id)]);
    const unknown = form.groups.find((g) => !groups.has(g));
    if (unknown !== undefined) throw refused('groups', `"${unknown}" is not a group of the directory`);
    return form;
  }
  const find = async (scope: TenantScope, id: string) => {
    const board = (await listBoards(db, scope)).find((b) => b.id === id);
    if (!board) throw noBoard(id);
    return board;
  };

  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/boards',
      summary: 'Boards on the wall, without their addresses',
      request: { params: tenantParam },
      responses: {
        200: { description: 'By name', content: json(z.object({ data: z.array(boardOut) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      if (!(await getTenant(db, scopeOf(c)))) throw noCompany(scopeOf(c).tenant);
      return c.json({ data: (await listBoards(db, scopeOf(c))).map(boardJson) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'post',
      path: '/tenants/{tenant}/boards',
      summary: 'Make a board',
      description: 'Its address is told this once. It works until it is revoked, or its maker may make no boards of the whole company.',
      request: { params: tenantParam, body },
      responses: {
        201: { description: 'It works', content: json(z.object({ id: z.string(), url: z.string() })) },
        ...problems(400, 401, 403, 404, 409, 413, 415, 503),
      },
    }),
    async (c) => {
      const form = await known(scopeOf(c), c.req.valid('json'));
      const made = await makeBoard(db, scopeOf(c), c.get('caller'), form);
      if (made === 'taken') throw refused('name', 'another board has this name', 409);
      if (made === 'many') throw refused('name', `a company has at most ${MOST_BOARDS} boards`, 409);
      return c.json({ id: made.id, url: `${portalUrl ?? new URL(c.req.url).origin}/wall/${made.token}` }, 201);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'put',
      path: '/tenants/{tenant}/boards/{board}',
      summary: 'Change what a board shows and when it is coloured',
      description: 'Screens that show it follow within half a minute. Its address stays.',
      request: { params: boardParam, body },
      responses: { 200: { description: 'Changed', content: json(boardOut) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const { board } = c.req.valid('param');
      const scope = scopeOf(c);
      const { groups } = await find(scope, board);
      const fault = await changeBoard(db, scope, c.get('caller'), board, await known(scope, c.req.valid('json'), groups));
      if (fault === 'taken') throw refused('name', 'another board has this name', 409);
      if (fault) throw noBoard(board);
      return c.json(boardJson(await find(scope, board)), 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'delete',
      path: '/tenants/{tenant}/boards/{board}',
      summary: 'Revoke a board',
      description: 'Screens that show it go dark within ten seconds.',
      request: { params: boardParam },
      responses: { 204: { description: 'It shows nothing any more' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { board } = c.req.valid('param');
      if (!(await revokeBoard(db, scopeOf(c), c.get('caller'), board))) throw noBoard(board);
      return c.body(null, 204);
    },
  );
}
