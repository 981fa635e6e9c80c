/** Files of tables, and the menu of a block. */
export const files = {
  name: 'Название',
  weekday: 'День недели',
  seconds: 'с',
  menuOf: (title: string) => `Действия: ${title}`,
  open: 'Открыть таблицей',
  print: 'Напечатать',
  csv: 'Выгрузить CSV',
  about: 'О выгрузке',
  rows: 'Строк',
};
