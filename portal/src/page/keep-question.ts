import { afterNavigate, beforeNavigate, goto } from '$app/navigation';

/** Pages that are asked by their address. */
const ASKED = /^\/c\/[^/]+\/(journal|details|missed|statistics|ad-lines|finance)$/;
const KEPT = 'callscope.question';
/** Where in the list one was is no part of the question. */
const PLACE = ['cursor', 'side', 'row', 'page'];

/**
 * Filters survive going to another page and back by the menu, whose links carry none: a page is asked again what it was
 * last asked in this tab. Called once by the layout. @param login who asks: another person begins anew
 */
export function keepQuestions(login: () => string): void {
  const keyOf = (pathname: string) => `${KEPT} ${login()} ${pathname}`;

  afterNavigate(({ to }) => {
    if (!to || !ASKED.test(to.url.pathname)) return;
    const asked = new URLSearchParams(to.url.search);
    for (const name of PLACE) asked.delete(name);
    try {
      sessionStorage.setItem(keyOf(to.url.pathname), asked.toString());
    } catch {
      // a browser that stores nothing asks anew
    }
  });

  beforeNavigate(({ from, to, type, cancel }) => {
    const isMenu = (type === 'link' || type === 'goto') && to?.url.search === '' && to.url.pathname !== from?.url.pathname;
    if (!isMenu || !ASKED.test(to.url.pathname)) return;
    const asked = lastOf(keyOf(to.url.pathname));
    if (asked === '') return;
    cancel();
    void goto(`${to.url.pathname}?${asked}`);
  });
}

/** Whoever signs out leaves no question behind: it may name a caller. */
export function forgetQuestions(): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(KEPT)) sessionStorage.removeItem(key);
  } catch {
    // a browser that stores nothing has nothing to forget
  }
}

function lastOf(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}
