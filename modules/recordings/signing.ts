import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto';
import { MasterKeys } from '@callscope/core/node/objects/master-keys.ts';

const SIGNS = 'callscope: reports of erasures are signed';
const NUMBERS = 'callscope: numbers in reports of erasures';
/** What stands before the 32 bytes of a private key (RFC 8410, 7), and of a public one (4). */
const PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');

/** valid: signed here; foreign: signed, but by a key that the file of keys does not have (any more) */
export type Verdict = 'valid' | 'foreign' | 'invalid';

export interface Signature {
  /** Ed25519, base64url */
  signature: string;
  /** the public key, 32 bytes, base64url */
  key: string;
}

/** Signs reports with a key that the installation's master key gives (Ed25519, RFC 8032); no secret of it is in the database. */
export class ReportKeys {
  readonly #path: string;

  /** @param path RECORDING_KEYS_FILE, read whenever something is signed or looked at */
  constructor(path: string) {
    this.#path = path;
  }

  /** @throws KeysMissing */
  async sign(document: string): Promise<Signature> {
    const [seed] = (await MasterKeys.read(this.#path)).derived(SIGNS);
    const own = privateKey(seed);
    return { signature: sign(null, Buffer.from(document), own).toString('base64url'), key: publicKeyOf(own) };
  }

  /** @throws KeysMissing */
  async verify(document: string, { signature, key }: Signature): Promise<Verdict> {
    const bytes = Buffer.from(key, 'base64url');
    if (bytes.length !== 32) return 'invalid';
    const shown = createPublicKey({ key: Buffer.concat([PUBLIC, bytes]), format: 'der', type: 'spki' });
    if (!verify(null, Buffer.from(document), shown, Buffer.from(signature, 'base64url'))) return 'invalid';
    const own = (await MasterKeys.read(this.#path)).derived(SIGNS).map((seed) => publicKeyOf(privateKey(seed)));
    return own.includes(bytes.toString('base64url')) ? 'valid' : 'foreign';
  }

  /** Stands for a number where the number itself must not be: without the master key nobody can try all numbers. @throws KeysMissing */
  async numberMac(tenant: string, number: string): Promise<string> {
    const [key] = (await MasterKeys.read(this.#path)).derived(NUMBERS);
    return macOf(key, tenant, number);
  }

  /** Whether a mac, made with any key of the file, is that of a number. @throws KeysMissing */
  async isNumber(tenant: string, number: string, mac: string): Promise<boolean> {
    const keys = (await MasterKeys.read(this.#path)).derived(NUMBERS);
    return keys.some((key) => timingSafeEqual(Buffer.from(macOf(key, tenant, number)), Buffer.from(mac.padEnd(43).slice(0, 43))));
  }
}

const macOf = (key: Buffer, tenant: string, number: string) => createHmac('sha256', key).update(`${tenant} ${number}`).digest('base64url');
const privateKey = (seed: Buffer) => createPrivateKey({ key: Buffer.concat([PRIVATE, seed]), format: 'der', type: 'pkcs8' });

function publicKeyOf(own: KeyObject): string {
  return createPublicKey(own).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64url');
}

/** A number as far as a report shows it: who has it knows it again, nobody else learns it. */
export function masked(number: string): string {
  return number.length <= 4 ? '*'.repeat(number.length) : `${number.slice(0, 1)}${'*'.repeat(number.length - 3)}${number.slice(-2)}`;
}
