import type { picture as source } from '../ru/picture.ts';

export const picture: typeof source = {
  of: (title) => `Picture: ${title}`,
  save: { png: 'Save as PNG', svg: 'Save as SVG' },
  failed: 'The picture could not be made. Try another browser.',
};
