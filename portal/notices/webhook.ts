import { createHmac } from 'node:crypto';
import { lookup as resolve } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Longer than a program needs that only takes a message; ms. */
const PATIENCE_MS = 10_000;

/** Networks that are not the internet (RFC 6890): what is reached from inside is not for companies to ask. */
const INSIDE = new BlockList();
for (const [net, bits] of [
  ...[['0.0.0.0', 8] as const, ['10.0.0.0', 8] as const, ['100.64.0.0', 10] as const, ['127.0.0.0', 8] as const],
  ...[['169.254.0.0', 16] as const, ['172.16.0.0', 12] as const, ['192.0.0.0', 24] as const, ['192.168.0.0', 16] as const],
  ...[['198.18.0.0', 15] as const, ['224.0.0.0', 4] as const, ['240.0.0.0', 4] as const],
])
  INSIDE.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::', 127] as const,
  ['fc00::', 7] as const,
  ['fe80::', 10] as const,
  ['ff00::', 8] as const,
  ['64:ff9b::', 96] as const,
])
  INSIDE.addSubnet(net, bits, 'ipv6');

/** Whether an address of IPv4 or IPv6 is of this machine or of a network inside; one mapped into IPv6 is what it maps. */
export function isInside(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  return INSIDE.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

const refused = (host: string) => new Error(`${host} is inside of this network: WEBHOOKS_INSIDE=1 allows that`);

/** Resolves a name, and lets through what is outside: the connection goes to the very address that was looked at. */
const outside: LookupFunction = (host, options, done) => {
  resolve(host, { ...options, all: true }, (error, found) => {
    if (error) return done(error, '', 0);
    const [first] = found;
    if (!first || found.some(({ address }) => isInside(address))) return done(refused(host), '', 0);
    if (options.all) done(null, found);
    else done(null, first.address, first.family);
  });
};

/**
 * Gives a webhook a message: POST, no redirect followed, any 2xx is taken.
 * @param mayBeInside whether private networks and this machine may be asked too @throws in words that its log shows
 */
export function tell(address: string, body: string, headers: Record<string, string>, mayBeInside: boolean): Promise<void> {
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!mayBeInside && isIP(host) !== 0 && isInside(host)) return Promise.reject(refused(host));
  return new Promise((told, failed) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'user-agent': 'Callscope', ...headers },
      agent: false,
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(mayBeInside ? {} : { lookup: outside }),
    });
    request.on('error', (error) =>
      failed(error.name === 'AbortError' || error.name === 'TimeoutError' ? new Error(`no answer in ${PATIENCE_MS / 1_000} s`) : error),
    );
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      // what it says besides is nobody's business
      response.resume();
      response.on('error', () => undefined);
      if (status >= 200 && status < 300) told();
      else failed(new Error(`answered ${status}`));
      request.destroy();
    });
    request.end(body);
  });
}

/** What a webhook is signed with: whoever knows the secret makes the same of the header's time and the body. */
export function signatureOf(secret: string, timestamp: number, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}
