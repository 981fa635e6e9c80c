/**
 * What stays open while one of the operator's people looks at a company as somebody of it: to be read, that company's pages; to
 * be done, only to return, to sign out, and this browser's own language and theme.
 */
export function isOpenToView(method: string, path: string): boolean {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return path === '/' || path.startsWith('/c/');
  return method === 'POST' && ['/view-end', '/sign-out', '/theme', '/language'].includes(path);
}
