/** What the service worker may keep; nothing else. */

/** The page that says that there is no connection. */
export const OFFLINE = '/offline.html';
/** With all that it needs. */
export const OFFLINE_FILES: readonly string[] = [OFFLINE, '/offline.css', '/offline.js', '/icon.svg'];

/** Files that the build names by what is in them. */
export function isOfProgram(path: string): boolean {
  return path.startsWith('/_app/immutable/');
}
