/** Tables on paper. */
export const paper = {
  rows: 'Строк',
  notes: 'Пояснения',
  madeAt: (at: string) => `Сформировано ${at}`,
  page: (page: string, of: string) => `${page} из ${of}`,
};
