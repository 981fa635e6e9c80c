import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Fit to be used by an MIT product. */
const FIT = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
  'PostgreSQL',
  'Python-2.0',
  'Zlib',
]);
/** Only used to build and test, never shipped. */
const FIT_FOR_TESTS = new Set(['MPL-2.0', 'CC-BY-4.0']);

/** Every locked package that is installed here has a licence that fits. */
export function checkLicences(root: string): string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; link?: boolean }>;
  };
  const problems: string[] = [];
  for (const [place, entry] of Object.entries(lock.packages)) {
    const file = join(root, place, 'package.json');
    if (!place.includes('node_modules/') || entry.link || !existsSync(file)) continue;
    const { name, license, licenses } = JSON.parse(readFileSync(file, 'utf8')) as {
      name: string;
      license?: string | { type: string };
      licenses?: { type: string }[];
    };
    const stated =
      typeof license === 'string'
        ? license
        : (license?.type ?? licenses?.map((l) => l.type).join(' OR ') ?? licenceFile(join(root, place)));
    // "A OR B": one that fits is enough; "A AND B": all must
    const fits = stated
      .replace(/[()]/g, '')
      .split(/ OR /i)
      .some((choice) => choice.split(/ AND /i).every((l) => FIT.has(l.trim()) || (entry.dev === true && FIT_FOR_TESTS.has(l.trim()))));
    if (!fits)
      problems.push(
        `${name} (${place}): licence "${stated || 'none stated'}" does not fit an MIT product: choose another package, or extend test/check/licences.ts with a reason`,
      );
  }
  return problems;
}

/** A package that states no licence may still carry one: "MIT" when its LICENSE begins with that licence's title. */
function licenceFile(dir: string): string {
  const file = readdirSync(dir).find((name) => /^licen[cs]e(\.(md|txt))?$/i.test(name));
  return file && /^\s*(the )?mit license/i.test(readFileSync(join(dir, file), 'utf8')) ? 'MIT' : '';
}
