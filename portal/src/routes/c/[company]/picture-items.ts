import ImageDown from '@lucide/svelte/icons/image-down';
import type { PictureKind } from '#ui/chart/picture.ts';
import type { MenuItem } from '#ui/menu.ts';
import type { Toasts } from '#ui/toasts.svelte.ts';
import type { Words } from '#words/words.ts';

export interface PictureAsk {
  /** what is put in the picture, looked for when it is asked for */
  block: () => HTMLElement | null | undefined;
  title: string;
  /** in words */
  period: string;
  words: Words['picture'];
  toasts: Toasts;
}

/** The lines of a menu that save a drawing. */
export function pictureItems(ask: PictureAsk): MenuItem[] {
  const kinds: PictureKind[] = ['png', 'svg'];
  return kinds.map((kind) => ({ label: ask.words.save[kind], icon: ImageDown, run: () => void save(kind, ask) }));
}

async function save(kind: PictureKind, { block, title, period, words, toasts }: PictureAsk): Promise<void> {
  const element = block();
  if (!element) return;
  try {
    // few people save pictures: what draws them comes when it is wanted
    const { savePicture } = await import('#ui/chart/picture.ts');
    await savePicture(element, kind, title, period);
  } catch {
    toasts.show(words.failed, { tone: 'fault' });
  }
}
