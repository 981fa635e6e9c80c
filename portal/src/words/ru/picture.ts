/** Drawings saved as files. */
export const picture = {
  of: (title: string) => `Картинка: ${title}`,
  save: { png: 'Сохранить PNG', svg: 'Сохранить SVG' },
  failed: 'Картинка не получилась. Попробуйте в другом браузере.',
};
