import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How many promises each family has: docs/checklist.md holds each once. */
const FAMILIES: Record<string, number> = { T: 71, S: 60, L: 31, P: 46, A: 80 };
const STATES = new Set(['done', 'part', 'later']);

export interface ChecklistLine {
  id: string;
  promise: string;
  where: string;
  /** `path › title`, several separated by `;` */
  test: string;
  state: string;
}

/** Rows of the tables: | ID | promise | where | test | state | */
export function readChecklist(text: string): ChecklistLine[] {
  return text.split('\n').flatMap((line) => {
    const cells = line.split('|').map((c) => c.trim());
    const [, id = '', promise = '', where = '', test = '', state = ''] = cells;
    return /^[TSLPA]-\d\d$/.test(id) ? [{ id, promise, where, test, state }] : [];
  });
}

/** Every promise stands once; what is done or begun names a place and a test, and the test exists. */
export function checkChecklist(root: string): string[] {
  const lines = readChecklist(readFileSync(join(root, 'docs/checklist.md'), 'utf8'));
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const line of lines) {
    if (seen.has(line.id)) problems.push(`docs/checklist.md: ${line.id} stands twice`);
    seen.add(line.id);
    if (!STATES.has(line.state)) problems.push(`docs/checklist.md: ${line.id} has state "${line.state}": one of ${[...STATES].join(', ')}`);
    if (line.state === 'later') continue;
    if (line.where === '') problems.push(`docs/checklist.md: ${line.id} is ${line.state} and names no route or command`);
    if (line.test === '') problems.push(`docs/checklist.md: ${line.id} is ${line.state} and names no test`);
    for (const test of line.test
      .split(';')
      .map((t) => t.trim())
      .filter(Boolean)) {
      const [file = '', title = ''] = test.split('›').map((t) => t.trim());
      const path = join(root, file);
      if (!existsSync(path)) problems.push(`docs/checklist.md: ${line.id} names ${file}, which does not exist`);
      else if (title === '' || !readFileSync(path, 'utf8').includes(title))
        problems.push(`docs/checklist.md: ${line.id} names the test "${title}", which ${file} does not have`);
    }
  }
  for (const [family, count] of Object.entries(FAMILIES)) {
    for (let n = 1; n <= count; n++) {
      const id = `${family}-${String(n).padStart(2, '0')}`;
      if (!seen.has(id)) problems.push(`docs/checklist.md: ${id} is missing`);
    }
  }
  return problems;
}
