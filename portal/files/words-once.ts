import type { CellValue } from './sheet.ts';

/** What is made of the words of a column, made once: those of a block come again with each of its parts. */
export function onceOfWords<Made>(make: (words: readonly CellValue[]) => Made): (words: readonly CellValue[]) => Made {
  const known = new WeakMap<readonly CellValue[], Made>();
  return (words) => {
    let made = known.get(words);
    if (made === undefined) {
      made = make(words);
      known.set(words, made);
    }
    return made;
  };
}
