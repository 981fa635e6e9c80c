/** Longer than any dictionary word, short enough to be typed; what else it is made of is nobody's business. */
export const LEAST_PASSWORD = 8;
export const MOST_PASSWORD = 256;

/** length: too short, or longer than anybody types · known: among those that everybody tries first */
export type PasswordFault = 'length' | 'known';

/** The keys of a Russian keyboard, and what stands on them in Latin: «пароль» typed blindly is a password that is tried too. */
const RUSSIAN = 'йцукенгшщзхъфывапролджэячсмитьбюё';
const LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const LATIN_KEYS = new Map([...RUSSIAN].map((sign, i) => [sign, LATIN[i] as string]));

let known: Promise<ReadonlySet<string>> | undefined;

/** Passwords of leaks, of those that are long enough to be taken: 18,000, loaded at the first question. */
async function knownPasswords(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common'].filter((word) => word.length >= LEAST_PASSWORD));
}

/**
 * What stands against a password, null: nothing (NIST SP 800-63B, 3.1.1.2). Case, digits and signs are nobody's business.
 * @param names that everybody knows of its owner: login, domain
 */
export async function passwordFault(password: string, names: readonly string[] = []): Promise<PasswordFault | null> {
  if (password.length < LEAST_PASSWORD || password.length > MOST_PASSWORD) return 'length';
  known ??= knownPasswords();
  const words = await known;
  const lower = password.toLowerCase();
  const typed = [...lower].map((sign) => LATIN_KEYS.get(sign) ?? sign).join('');
  if ([lower, typed].some((word) => words.has(word) || names.some((name) => name.toLowerCase() === word))) return 'known';
  // one or two signs again and again, or one after another
  if (new Set(lower).size <= 2 || isRow(lower)) return 'known';
  return null;
}

/** 23456789, hgfedcba */
function isRow(word: string): boolean {
  const step = word.charCodeAt(1) - word.charCodeAt(0);
  if (Math.abs(step) !== 1) return false;
  for (let i = 1; i < word.length; i++) if (word.charCodeAt(i) - word.charCodeAt(i - 1) !== step) return false;
  return true;
}
