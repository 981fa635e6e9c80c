import { errorText } from '@callscope/core/node/log.ts';
import { sessionOf } from '@callscope/modules/access/sessions.ts';
import { deps } from '@callscope/portal/deps.ts';
import type { Handle, HandleServerError } from '@sveltejs/kit/hooks';
import { isLocale, type Locale } from '#words/words.ts';
import { LOCALE_COOKIE, SESSION_COOKIE, THEME_COOKIE } from './cookies.ts';

const THEMES: readonly string[] = ['light', 'dark'];

export const handle: Handle = async ({ event, resolve }) => {
  const { db, clock } = deps();
  const token = event.cookies.get(SESSION_COOKIE);
  event.locals.session = token === undefined ? null : await sessionOf(db, token, event.getClientAddress(), clock.now());
  event.locals.locale = localeOf(event.cookies.get(LOCALE_COOKIE), event.request.headers.get('accept-language'));
  const theme = event.cookies.get(THEME_COOKIE) ?? '';
  event.locals.theme = THEMES.includes(theme) ? (theme as Theme) : 'system';
  const response = await resolve(event, {
    transformPageChunk: ({ html }) =>
      html.replace('%callscope.lang%', event.locals.locale).replace('%callscope.theme%', event.locals.theme),
  });
  response.headers.set('x-content-type-options', 'nosniff');
  response.headers.set('referrer-policy', 'same-origin');
  // pages are a person's: no cache between may keep them
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-store');
  return response;
};

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
    path: event.url.pathname,
    error: errorText(error),
    stack: error instanceof Error ? error.stack : undefined,
  });
  return { message: 'Internal Error', code };
};
