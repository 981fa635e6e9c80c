import { BOARD_FIGURES } from '@callscope/modules/boards/rules.ts';

/** What a form says of a board, as the schema of boards takes it. An empty threshold: this colour does not come. */
export function boardFields(form: FormData): Record<string, unknown> {
  const limit = (name: string) => {
    const text = String(form.get(name) ?? '').trim();
    return text === '' ? null : Number(text);
  };
  return {
    name: String(form.get('name') ?? ''),
    groups: form.getAll('group').map(String),
    numbers: form.get('numbers'),
    theme: form.get('theme'),
    thresholds: Object.fromEntries(BOARD_FIGURES.map((f) => [f, { warn: limit(`${f}-warn`), alarm: limit(`${f}-alarm`) }])),
  };
}

export const BOARD_FAULTS = ['name', 'taken', 'many', 'groups', 'order', 'gone'] as const;
export type BoardFormFault = (typeof BOARD_FAULTS)[number];

/** @param path of what the schema refused first */
export function faultAt(path: readonly PropertyKey[]): BoardFormFault {
  return path[0] === 'thresholds' ? 'order' : path[0] === 'groups' ? 'groups' : 'name';
}
