import type { Attachment } from 'svelte/attachments';

export interface Read {
  at: number;
  /** null: the hour as a whole */
  row: number | null;
  by: 'pointer' | 'finger' | 'focus';
}

export interface Reader {
  /** index of the hour at x of the drawing */
  hourAt(x: number): number | null;
  current(): Read | null;
  read(next: Read | null): void;
}

/**
 * Tells which hour is read. A mouse reads by hovering and opens by a click; a finger has no hover, so its first tap on an hour
 * reads and the next one opens; the focus reads what it stands on.
 */
export function reading(reader: Reader): Attachment<SVGSVGElement> {
  return (drawing) => {
    let touched = false;
    const at = (event: MouseEvent) => reader.hourAt(event.clientX - drawing.getBoundingClientRect().left);
    const on = <E extends keyof SVGElementEventMap>(type: E, handle: (event: SVGElementEventMap[E]) => void, capture = false) => {
      drawing.addEventListener(type, handle, capture);
      return () => drawing.removeEventListener(type, handle, capture);
    };
    const offs = [
      on('pointerdown', (event) => {
        touched = event.pointerType === 'touch';
      }),
      on('pointermove', (event) => {
        if (event.pointerType === 'touch') return;
        const hour = at(event);
        reader.read(hour === null ? null : { at: hour, row: rowOf(event.target), by: 'pointer' });
      }),
      on('pointerleave', (event) => {
        if (event.pointerType !== 'touch' && reader.current()?.by === 'pointer') reader.read(null);
      }),
      on(
        'click',
        (event) => {
          if (!touched) return;
          const hour = at(event);
          if (hour === null || hour === reader.current()?.at) return;
          event.preventDefault();
          event.stopPropagation();
          reader.read({ at: hour, row: null, by: 'finger' });
        },
        true,
      ),
      on('focusin', (event) => {
        const spot = event.target as SVGElement;
        // a click focuses too, and must not take the place of what the pointer reads
        if (spot.dataset.at === undefined || !spot.matches(':focus-visible')) return;
        reader.read({ at: Number(spot.dataset.at), row: rowOf(spot), by: 'focus' });
      }),
      on('focusout', () => {
        if (reader.current()?.by === 'focus') reader.read(null);
      }),
    ];
    return () => {
      for (const off of offs) off();
    };
  };
}

function rowOf(target: EventTarget | null): number | null {
  const row = target instanceof Element ? target.closest<SVGElement>('[data-row]')?.dataset.row : undefined;
  return row === undefined ? null : Number(row);
}
