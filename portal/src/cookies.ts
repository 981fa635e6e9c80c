import type { Cookies } from '@sveltejs/kit';

/** Names of cookies that only we may set: behind TLS the prefix keeps other hosts of the domain from it (RFC 6265bis, 4.1.3.2). */
const own = (name: string, url: URL) => (url.protocol === 'https:' ? `__Host-${name}` : name);
const SESSION = 'callscope_session';
/** By it a browser is known for those who signed in with it: their account is open to it while strangers try passwords. */
const MARK = 'callscope_browser';
/** Between password and code. */
const STEP = 'callscope_step';
const AT_MOST_DAYS = { [SESSION]: 30, [MARK]: 180, [STEP]: 1 };

export const LOCALE_COOKIE = 'callscope_locale';
export const THEME_COOKIE = 'callscope_theme';
/** A choice of language or theme is kept for a year. */
export const CHOICE_SECONDS = 365 * 86_400;
/** "folded": the menu shows icons only. Written by the browser, read for the first HTML. */
export const SIDE_COOKIE = 'callscope_side';
/** How a person likes the journal: see page/journal/liking.ts. Written by the browser, read for the first HTML. */
export const JOURNAL_COOKIE = 'callscope_journal';

interface WithCookies {
  cookies: Cookies;
  url: URL;
}
export type Secret = 'session' | 'mark' | 'step';
const NAMES = { session: SESSION, mark: MARK, step: STEP } as const;

export function readSecret({ cookies, url }: WithCookies, which: Secret): string | undefined {
  return cookies.get(own(NAMES[which], url));
}

/** Not for scripts, not for other sites, and behind TLS not over anything else. */
export function keepSecret({ cookies, url }: WithCookies, which: Secret, value: string): void {
  const maxAge = AT_MOST_DAYS[NAMES[which]] * 86_400;
  cookies.set(own(NAMES[which], url), value, { path: '/', httpOnly: true, sameSite: 'lax', secure: url.protocol === 'https:', maxAge });
}

export function dropSecret({ cookies, url }: WithCookies, which: Secret): void {
  cookies.delete(own(NAMES[which], url), { path: '/', secure: url.protocol === 'https:' });
}
