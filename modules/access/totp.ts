import { createHmac, randomBytes } from 'node:crypto';

/** RFC 6238 as every authenticator app has it: SHA-1, 30 s, six digits. */
const STEP_SECONDS = 30;
const DIGITS = 6;
/** Clocks of phones go wrong: the code before and the code after are good too (RFC 6238, 5.2). */
const STEPS_ASIDE = 1;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** 160 random bits (RFC 4226, 4) in base32 (RFC 4648). */
export function newTotpSecret(): string {
  return base32(randomBytes(20));
}

/** The code of a step (RFC 4226, 5.3). @param secret base32 */
export function totpCode(secret: string, step: number, digits = DIGITS): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/**
 * The step that a code belongs to; null when it is none of the moment's. @param now ms
 * @param after the step whose code was taken last: it and those before it are no longer good
 */
export function stepOfCode(secret: string, code: string, now: number, after: number): number | null {
  const current = Math.floor(now / 1_000 / STEP_SECONDS);
  for (let step = current - STEPS_ASIDE; step <= current + STEPS_ASIDE; step++) {
    if (step > after && totpCode(secret, step) === code) return step;
  }
  return null;
}

/** What an authenticator app reads from the QR code. */
export function totpAddress(secret: string, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_SECONDS}`;
}

export function base32(bytes: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let text = '';
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(value >> bits) & 31];
    }
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text;
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const letter of text) {
    value = ((value << 5) | ALPHABET.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >> bits) & 255);
  }
  return Buffer.from(bytes);
}
