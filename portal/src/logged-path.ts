/** An address as a log may have it: of a recording's link or of a board, whoever knows the rest of it needs nothing more. */
export function loggedPath(path: string): string {
  return path.replace(/^\/(r|wall)\/[^/]+/, '/$1/…');
}
