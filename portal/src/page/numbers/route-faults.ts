/** What of a route is wrong, as the page says it beside the field. */
export const PARTS = ['name', 'when', 'callers', 'to', 'rule', 'rules', 'whiteList'] as const;
export interface RouteFault {
  /** from 0 on; null: none of the rules */
  rule: number | null;
  part: (typeof PARTS)[number];
}

/** @param path of a form's issue or a conflict: rules.0.to.value, whiteList.3.pattern */
export function faultAt(path: readonly PropertyKey[]): RouteFault {
  const [list, at, part] = path.map(String);
  if (list === 'whiteList') return { rule: null, part: 'whiteList' };
  const rule = Number(at);
  if (list !== 'rules' || !Number.isInteger(rule)) return { rule: null, part: 'rules' };
  return { rule, part: PARTS.find((known) => known === part) ?? 'rule' };
}
