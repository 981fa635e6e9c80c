import { spelledOut } from './sdp.ts';

/**
 * The network that an address is counted to: phones of an office, gateways of a carrier. Of IPv4 the first 24 bits, of IPv6 the first
 * 64, which is what a place usually has. '' of what is no address.
 */
export function networkOf(ip: string): string {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(ip)) return `${ip.slice(0, ip.lastIndexOf('.'))}.0/24`;
  return /^[0-9a-f:]+$/i.test(ip) && ip.includes(':') ? `${spelledOut(ip).split(':').slice(0, 4).join(':')}::/64` : '';
}
