import { errorText } from '@callscope/core/node/log.ts';
import { sessionOf } from '@callscope/modules/access/sessions.ts';
import { deps } from '@callscope/portal/deps.ts';
import { redirect } from '@sveltejs/kit';
import type { Handle, HandleServerError } from '@sveltejs/kit/hooks';
import { refusalAtOnce } from '#page/sign-in/flood.ts';
import { isOpenToView } from '#page/view.ts';
import { isLocale, type Locale } from '#words/words.ts';
import { keepSecret, LOCALE_COOKIE, readSecret, THEME_COOKIE } from './cookies.ts';
import { firstStyles } from './first-styles.ts';
import { loggedPath } from './logged-path.ts';

const THEMES: readonly string[] = ['light', 'dark'];

export const handle: Handle = async ({ event, resolve }) => {
  const { db, clock } = deps();
  // forms of other sites the framework refuses by Origin; this is for everything else that changes something
  if (!['GET', 'HEAD', 'OPTIONS'].includes(event.request.method) && event.request.headers.get('sec-fetch-site') === 'cross-site')
    return new Response('a request of another site', { status: 403 });
  const token = readSecret(event, 'session');
  const found = token === undefined ? null : await sessionOf(db, token, event.getClientAddress(), clock.now());
  event.locals.session = found?.session ?? null;
  if (found?.fresh) keepSecret(event, 'session', found.fresh);
  if (found?.session.view && !isOpenToView(event.request.method, event.url.pathname)) {
    if (event.request.method === 'GET') redirect(303, '/');
    return new Response('nothing is changed while looking as somebody else', { status: 403 });
  }
  if (found?.session.mustEnrol && !isOpenWithoutFactor(event.url.pathname)) redirect(303, '/account/second-factor');
  event.locals.locale = localeOf(event.cookies.get(LOCALE_COOKIE), event.request.headers.get('accept-language'));
  const theme = event.cookies.get(THEME_COOKIE) ?? '';
  event.locals.theme = THEMES.includes(theme) ? (theme as Theme) : 'system';
  const refusal = await refusalAtOnce(event);
  if (refusal) return refusal;
  let nonce = '';
  const response = await resolve(event, {
    transformPageChunk: ({ html }) => {
      nonce ||= /<style id="first-styles" nonce="([^"]+)"/.exec(html)?.[1] ?? '';
      return firstStyles(html.replace('%callscope.lang%', event.locals.locale).replace('%callscope.theme%', event.locals.theme));
    },
  });
  // the framework names the nonce for scripts alone, unless it writes styles of its own
  const policy = response.headers.get('content-security-policy');
  if (policy !== null && nonce !== '')
    response.headers.set('content-security-policy', policy.replace("style-src 'self'", `style-src 'self' 'nonce-${nonce}'`));
  // pages are a person's: no cache between may keep them
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-store');
  return response;
};

/** Pages on which a second factor is set up, and the way out. */
function isOpenWithoutFactor(path: string): boolean {
  return path === '/account/second-factor' || ['/sign-out', '/theme', '/language'].includes(path);
}

/** What was chosen; else Russian where the browser names it or names nothing we speak. */
function localeOf(chosen: string | undefined, accepts: string | null): Locale {
  if (isLocale(chosen)) return chosen;
  const first = (accepts ?? '')
    .split(',')
    .map((l) => l.trim().slice(0, 2).toLowerCase())
    .find(isLocale);
  return first ?? 'ru';
}

export const handleError: HandleServerError = ({ kind, error, event }) => {
  if (kind !== 'unknown') return { message: error.message };
  const code = crypto.randomUUID().slice(0, 8).toUpperCase();
  deps().log.error('a page failed', {
    code,
    path: loggedPath(event.url.pathname),
    error: errorText(error),
    stack: error instanceof Error ? error.stack : undefined,
  });
  return { message: 'Internal Error', code };
};
