/** One thing that keys do. */
export interface KeyBinding {
  /** "g d" = G, then D; "mod+k" = Ctrl or Cmd with K; "/", "?", "[", "j", "escape", "enter", "space", "arrowright" */
  keys: string;
  /** what it does, in the reader's words */
  does: string;
  /** of the page that is open, listed apart in the help */
  page?: boolean;
  run: (event: KeyboardEvent) => void;
}

const CHORD_MS = 1_200;
const STORED = 'callscope.letters';

/**
 * Keys of the shell and of the page. Single letters and signs act outside fields only, and can be switched off
 * (WCAG 2.1.4); they are found by their place on the keyboard where the layout is not Latin.
 */
export class Keys {
  #sets = $state.raw<readonly (readonly KeyBinding[])[]>([]);
  #letters = $state(true);
  #pending = '';
  #pendingAt = 0;

  get all(): readonly KeyBinding[] {
    return this.#sets.flat();
  }

  /** single letters act */
  get letters(): boolean {
    return this.#letters;
  }

  set letters(on: boolean) {
    this.#letters = on;
    try {
      localStorage.setItem(STORED, on ? 'on' : 'off');
    } catch {
      // a browser that stores nothing forgets the choice with the page
    }
  }

  /** In the browser, once. */
  restore(): void {
    try {
      this.#letters = localStorage.getItem(STORED) !== 'off';
    } catch {
      this.#letters = true;
    }
  }

  /** Later sets win over earlier ones. @returns takes them out */
  add(bindings: readonly KeyBinding[]): () => void {
    this.#sets = [...this.#sets, bindings];
    return () => {
      this.#sets = this.#sets.filter((set) => set !== bindings);
    };
  }

  onkeydown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const key = nameOf(event);
    const modified = event.ctrlKey || event.metaKey;
    if (!modified && (!this.#letters || isTyping(event.target) || isBusy(event.target, key))) return;
    const now = event.timeStamp;
    const chord = this.#pending !== '' && now - this.#pendingAt < CHORD_MS ? `${this.#pending} ${key}` : '';
    this.#pending = '';
    const wanted = modified ? `mod+${key}` : key;
    const find = (keys: string) => this.all.findLast((binding) => binding.keys === keys);
    const found = (chord && find(chord)) || find(wanted);
    if (found) {
      event.preventDefault();
      found.run(event);
    } else if (!modified && this.all.some((binding) => binding.keys.startsWith(`${key} `))) {
      this.#pending = key;
      this.#pendingAt = now;
    }
  }
}

/** "g" also where the layout says "п": by the key's place. */
function nameOf(event: KeyboardEvent): string {
  const { key, code, shiftKey } = event;
  if (key.length > 1) return key.toLowerCase();
  if (key === ' ') return 'space';
  if (/^[\u0021-\u007e]$/.test(key)) {
    // a Cyrillic layout has the full stop where Latin ones have the slash
    if (code === 'Slash' && key === '.') return '/';
    if (code === 'Slash' && key === ',') return '?';
    return key.toLowerCase();
  }
  if (/^Key[A-Z]$/.test(code)) return code.slice(3).toLowerCase();
  return { BracketLeft: '[', BracketRight: ']', Slash: shiftKey ? '?' : '/', Comma: '<', Period: '>' }[code] ?? key;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type);
  return target.isContentEditable || target.matches('textarea, select, [role="textbox"], [role="combobox"]');
}

/** Something on top takes keys itself: a dialog, a menu, a list; and a focused button its own Enter and space. */
function isBusy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('[role="dialog"], [role="menu"], [role="listbox"]')) return true;
  return (key === 'enter' || key === 'space') && target.matches('a, button, summary, input, [role="button"], [role="tab"]');
}

/** "mod+k" as people read it: "Ctrl K". */
export function keysSaid(keys: string, then: string): string[] {
  const names: Record<string, string> = { escape: 'Esc', enter: 'Enter', arrowright: '→', arrowleft: '←', arrowup: '↑', arrowdown: '↓' };
  return keys.split(' ').flatMap((key, i) => {
    const parts = key
      .split('+')
      .map((part) => (part === 'mod' ? 'Ctrl' : (names[part] ?? (part.length === 1 ? part.toUpperCase() : part))));
    return i === 0 ? parts : [then, ...parts];
  });
}
