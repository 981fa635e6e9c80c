import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Master keys of sealed recordings as core/node/objects/master-keys.ts reads them. */
export const masterKey = (): string => randomBytes(32).toString('hex');

/** A secret of this installation: made at first start, by default a password, kept in DATA_DIR/secrets, readable by its owner only. */
export function secret(dataDir: string, name: string, make = () => randomBytes(24).toString('base64url')): string {
  const dir = join(dataDir, 'secrets');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, name);
  try {
    const known = readFileSync(file, 'utf8').trim();
    if (known !== '') return known;
  } catch {
    // first start
  }
  const made = make();
  writeFileSync(file, made, { mode: 0o600 });
  chmodSync(file, 0o600);
  return made;
}
