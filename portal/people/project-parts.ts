import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';

export interface ProjectParts {
  /** own numbers as calls have them */
  numbers: string[];
  /** ids of groups */
  groups: string[];
}

/** What a project is made of, as the directory has it, and what of it the directory does not have. Each once. */
export function projectParts(
  directory: Pick<DirectoryBody, 'numbers' | 'groups'> | undefined,
  country: string,
  given: ProjectParts,
): { parts: ProjectParts; unknown: ProjectParts } {
  const own = new Set(directory?.numbers.map((n) => normalizePhone(n.number, country)));
  const known = new Set(directory?.groups.map((g) => g.id));
  const numbers = [...new Set(given.numbers.map((number) => normalizePhone(number, country)))];
  const groups = [...new Set(given.groups)];
  return {
    parts: { numbers, groups },
    unknown: { numbers: numbers.filter((n) => !own.has(n)), groups: groups.filter((g) => !known.has(g)) },
  };
}
