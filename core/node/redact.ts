/** An address of a server, or of several, without its password, for logs. */
export function redact(url: string): string {
  return url.replace(/^(\w+:\/\/[^:@/]*:)[^/?#]*@/, '$1***@');
}
