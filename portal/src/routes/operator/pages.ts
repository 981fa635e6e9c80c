import type { OperatorRight, Right } from '@callscope/modules/access/rights.ts';
import type { Words } from '#words/words.ts';

export interface OperatorPage {
  /** its name is words.operator.tabs[id] */
  id: keyof Words['operator']['tabs'];
  href: string;
  /** G, then this letter */
  key: string;
  /** the right that the page asks for */
  needs: OperatorRight;
}

const PAGES: readonly OperatorPage[] = [
  { id: 'companies', href: '/operator', key: 'c', needs: 'companies:read' },
  { id: 'signalling', href: '/operator/signalling', key: 's', needs: 'signalling:search' },
  { id: 'health', href: '/operator/health', key: 'h', needs: 'operations:read' },
  { id: 'reconciliation', href: '/operator/reconciliation', key: 'r', needs: 'operations:read' },
  { id: 'people', href: '/operator/people', key: 'u', needs: 'operators:write' },
  { id: 'audit', href: '/operator/audit', key: 'a', needs: 'operators:write' },
];

/** The operator's pages as a person has them. */
export const pagesFor = (rights: readonly Right[]): OperatorPage[] => PAGES.filter(({ needs }) => rights.includes(needs));
