/**
 * When a phone counts as registered (RFC 3261, 10.3: a binding lives until its expiry unless refreshed). Times are ms since
 * the epoch. Browser-safe.
 */

/** An edge looks for expired bindings once a minute and phones refresh late: nobody is called gone before this has passed. */
export const REGISTRATION_GRACE_MS = 30_000;

export interface PhoneBinding {
  /** Contact URI as the phone gave it */
  contact: string;
  /** "host:port" that the edge sends to */
  address: string;
  /** udp, tcp, tls, ws, wss */
  transport: string;
  /** '' when only the network was heard */
  userAgent: string;
  registeredAt: number;
  expiresAt: number;
  /** above 0: unregistered or expired then */
  endedAt: number;
}

export function isRegistered({ expiresAt, endedAt }: Pick<PhoneBinding, 'expiresAt' | 'endedAt'>, now: number): boolean {
  return endedAt === 0 && expiresAt + REGISTRATION_GRACE_MS > now;
}
