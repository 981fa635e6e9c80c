/**
 * Two companies on one edge. Both have the extensions 100 to 999, so that every extension is somebody else in each; a team
 * is six phones that no other conversation uses at the same time.
 */
export interface Company {
  id: string;
  name: string;
  domain: string;
  /** second number of its phones' addresses, 10.x.… */
  net: number;
  /** own numbers; the first is shown to who is called */
  numbers: readonly [string, ...string[]];
}

export const COMPANIES: readonly [Company, Company] = [
  { id: 't1', name: 'Альфа', domain: 'alfa.pbx.test', net: 1, numbers: ['74951000101', '74951000102', '74951000103'] },
  { id: 't2', name: 'Браво', domain: 'bravo.pbx.test', net: 2, numbers: ['74952000201', '74952000202', '74952000203'] },
];

export const TEAM_SIZE = 6;
export const TEAMS = 150;

export function teamOf(index: number): string[] {
  return Array.from({ length: TEAM_SIZE }, (_, i) => String(100 + index * TEAM_SIZE + i));
}

/** Where something sends from and is called at. */
export interface Address {
  ip: string;
  port: number;
}

export const PROXY: Address = { ip: '127.0.0.10', port: 5060 };
/** answers for a queue and rings its agents */
export const MEDIA_SERVER: Address = { ip: '127.0.0.40', port: 5060 };
/** makes the two calls of a click-to-call */
export const DIALLER: Address = { ip: '127.0.0.41', port: 5060 };
export const CARRIER_OUT: Address = { ip: '127.0.0.31', port: 5060 };
/** the carrier calls in from here; the port differs by call */
export const CARRIER_IN_IP = '127.0.0.30';

export function phoneAddress(company: Company, extension: string): Address {
  const n = Number(extension);
  return { ip: `10.${company.net}.${Math.floor(n / 100)}.${n % 100}`, port: 5060 };
}
