import type { Icon } from './icon.ts';

/** A line of a menu. */
export type MenuItem =
  | {
      kind?: 'action';
      label: string;
      icon?: Icon;
      /** muted, at the end: a key or a value */
      note?: string;
      href?: string;
      danger?: boolean;
      disabled?: boolean;
      run?: () => void;
    }
  | {
      kind: 'choice';
      label: string;
      value: string;
      options: readonly { value: string; label: string; icon?: Icon }[];
      choose: (value: string) => void;
    }
  | { kind: 'tick'; label: string; checked: boolean; toggle: (checked: boolean) => void }
  | { kind: 'line' };
