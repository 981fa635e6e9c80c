import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { RIGHTS } from '@callscope/modules/access/rights.ts';
import ts from 'typescript';

/** Pages and routes that stand open, and why. All others name a right, or that somebody must have signed in. */
const OPEN: Record<string, string> = {
  '+layout.server.ts': 'language and theme of the browser',
  '+page.server.ts': 'leads people to where they belong, strangers to the sign-in page',
  'language/+server.ts': "the browser's own choice",
  'theme/+server.ts': "the browser's own choice",
  'sign-out/+server.ts': 'ends the session that there is',
  'sign-in/+page.server.ts': 'for who has not signed in',
  'sign-in/code/+page.server.ts': 'for who has not signed in',
  'sign-in/help/+page.server.ts': 'for who has not signed in',
  'sign-in/new-password/+page.server.ts': 'for who has not signed in; the ticket is asked for',
  'sign-in/recover/+page.server.ts': 'for who has not signed in',
  'sign-in/with/[provider]/+server.ts': 'for who has not signed in',
  'sign-in/with/[provider]/back/+server.ts': 'for who has not signed in',
  'mailings/files/[token]/+server.ts': 'a link of a letter; the right of who keeps the mailing is asked for each time',
  'mailings/leave/[token]/+page.server.ts': 'ends what comes to an address; only its letters name the link',
  'r/over/+page.server.ts': 'says that a link is over',
  'r/[token]/+server.ts': 'a link of a recording; the right of who made it is asked for each time',
  'wall/[token]/+page.server.ts': 'a board on the wall; the right of who made it is asked for each time',
  'wall/[token]/events/+server.ts': 'a board on the wall; the right of who made it is asked for every few seconds',
  'wall/[token]/figures/+server.ts': 'a board on the wall; the right of who made it is asked for each time',
};
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'fallback']);

/** One way into the pages: a load, a method of a +server.ts, an action of a form. */
export interface Door {
  /** below routes, with / */
  file: string;
  /** load, GET …, or ?/name of an action */
  what: string;
  /** the right; `session`: whoever signed in; `open`; null: it names nothing */
  needs: string | null;
  /** how far the right must reach */
  least: 'own' | 'company';
}

/** Every door of the portal's pages with what it asks for, read from the source. @param routes portal/src/routes */
export function pageDoors(routes: string): Door[] {
  return readdirSync(routes, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile() && /^\+(page|layout)(\.server)?\.ts$|^\+server\.ts$/.test(f.name))
    .map((f) => join(f.parentPath, f.name))
    .sort()
    .flatMap((path) => {
      const file = relative(routes, path).split(sep).join('/');
      return doorsOf(path).map(({ what, asks }) => {
        const { needs = null, least = 'own' } = asks ?? {};
        return { file, what, needs: needs ?? (file in OPEN ? 'open' : null), least };
      });
    });
}

/** What is wrong: doors that name nothing or no right there is, pages of a company without a load of their own, left-over exceptions. */
export function checkRights(root: string): string[] {
  const routes = join(root, 'portal/src/routes');
  const doors = pageDoors(routes);
  const problems = doors.flatMap(({ file, what, needs }) => {
    const at = `portal/src/routes/${file}: ${what}`;
    if (needs === null)
      return [`${at} names no right: begin it with requireRight, requireOperatorRight or requireSession (portal/src/page/company.ts)`];
    if (['session', 'open', ...RIGHTS].includes(needs)) return [];
    return [`${at} needs "${needs}", which is no right of modules/access/rights.ts`];
  });
  const pages = readdirSync(routes, { recursive: true, withFileTypes: true }).filter((f) => /^\+page(@.*)?\.svelte$/.test(f.name));
  for (const page of pages.map((f) => join(f.parentPath, f.name))) {
    // a layout's load is not asked again for each page in it
    if (/^(c|operator)[\\/]/.test(relative(routes, page)) && !existsSync(join(dirname(page), '+page.server.ts')))
      problems.push(`${relative(root, page)}: a page of a company or of the operator has a +page.server.ts, whose load names a right`);
  }
  for (const file of Object.keys(OPEN))
    if (!doors.some((d) => d.file === file)) problems.push(`test/check/rights.ts: ${file} is open and not there`);
  for (const file of readdirSync(join(root, 'portal/api'))) {
    const text = readFileSync(join(root, 'portal/api', file), 'utf8');
    if (file !== 'context.ts' && /import \{[^}]*\bcreateRoute\b[^}]*\} from '@hono\/zod-openapi'/.test(text))
      problems.push(`portal/api/${file}: createRoute is that of context.ts, which asks for the right`);
  }
  return problems;
}

type Asked = Pick<Door, 'needs' | 'least'>;

function doorsOf(path: string): { what: string; asks: Asked | null }[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const own = new Map<string, ts.Node>();
  const doors: { what: string; asks: Asked | null }[] = [];
  const exported: [string, ts.Node][] = [];
  for (const statement of source.statements) {
    const isExport = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword);
    const found: [string, ts.Node][] = ts.isFunctionDeclaration(statement)
      ? [[statement.name?.text ?? '', statement]]
      : ts.isVariableStatement(statement)
        ? statement.declarationList.declarations.map((d) => [d.name.getText(), d.initializer ?? d])
        : [];
    for (const [name, node] of found) {
      own.set(name, node);
      if (isExport) exported.push([name, node]);
    }
  }
  for (const [name, node] of exported) {
    if (name === 'actions' && ts.isObjectLiteralExpression(node))
      for (const action of node.properties) doors.push({ what: `?/${action.name?.getText()}`, asks: askedBy(action, own) });
    else if (name === 'load' || METHODS.has(name)) doors.push({ what: name, asks: askedBy(node, own) });
  }
  return doors;
}

/** The first requireRight, requireOperatorRight or requireSession that a function calls, by itself or by a function of its file. */
function askedBy(node: ts.Node, own: ReadonlyMap<string, ts.Node>, seen = new Set<ts.Node>()): Asked | null {
  if (seen.has(node)) return null;
  seen.add(node);
  let session: Asked | null = null;
  const look = (inside: ts.Node): Asked | null => {
    if (ts.isCallExpression(inside) && ts.isIdentifier(inside.expression)) {
      const [, needs, least] = inside.arguments;
      if (inside.expression.text === 'requireRight' || inside.expression.text === 'requireOperatorRight')
        return {
          needs: needs && ts.isStringLiteral(needs) ? needs.text : null,
          least: least && ts.isStringLiteral(least) && least.text === 'company' ? 'company' : 'own',
        };
      if (inside.expression.text === 'requireSession') session ??= { needs: 'session', least: 'own' };
      const called = own.get(inside.expression.text);
      const there = called && askedBy(called, own, seen);
      if (there?.needs === 'session') session ??= there;
      else if (there) return there;
    }
    return ts.forEachChild(inside, (child) => look(child) ?? undefined) ?? null;
  };
  return look(node) ?? session;
}
