/** Where a bus is, as NATS_URL says it. */
export interface BusAddress {
  /** host:port, one or several of a cluster: whichever answers is used, and another when it is gone */
  servers: string[];
  user?: string;
  pass?: string;
  isSecret: boolean;
  /** servers that keep a copy of everything that is stored: 1, 3 or 5 */
  replicas: number;
}

const URL_OF_BUS = /^(nats|tls):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^@/?#]+)\/?(?:\?replicas=([135]))?$/;
const HOST = /^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+)(?::(\d{1,5}))?$/;

/**
 * @param url nats://user:password@host:4222 or, of a cluster, nats://user:password@one:4222,two:4222,three:4222?replicas=3;
 * user and password percent-encoded. Replicas may not be more than there are servers named.
 * @returns null: it is none
 */
export function readBusUrl(url: string): BusAddress | null {
  const [, scheme, user, pass, hosts = '', replicas = '1'] = URL_OF_BUS.exec(url) ?? [];
  if (scheme === undefined) return null;
  const servers = hosts.split(',').flatMap((text) => {
    const [, host, port = '4222'] = HOST.exec(text) ?? [];
    return host === undefined || Number(port) > 65_535 || port === '0' ? [] : `${host}:${port}`;
  });
  if (servers.length !== hosts.split(',').length || Number(replicas) > servers.length) return null;
  try {
    return {
      servers,
      ...(user ? { user: decodeURIComponent(user), pass: decodeURIComponent(pass ?? '') } : {}),
      ...{ isSecret: scheme === 'tls', replicas: Number(replicas) },
    };
  } catch {
    return null;
  }
}
