import { plural } from '../plural.ts';

const number = (n: number) => plural('ru', n, { one: 'номер', few: 'номера', many: 'номеров' });

/** Callers whom no own number takes. */
export const blackList = {
  tab: 'Чёрный список',
  title: 'Чёрный список',
  lead: 'С этих номеров не дозвониться ни на один номер компании. Изменения действуют со следующего звонка.',
  none: 'Список пуст',
  noneText: 'Добавьте номера здесь или кнопкой «В чёрный список» у звонка в журнале.',
  exempt: 'Здесь действует белый список, чёрный не проверяется:',
  search: 'Номер или комментарий',
  columns: { number: 'Номер', comment: 'Комментарий', acts: 'Действия' },
  add: 'Добавить номера',
  numbers: 'Номера',
  numbersHint:
    'По одному на строке, после «;» комментарий. * заменяет любые цифры: 7495*. «Скрытый номер» — звонки без номера. Можно вставить столбец из таблицы.',
  save: 'Добавить в список',
  choose: (number: string) => `Выбрать ${number}`,
  remove: (number: string) => `Убрать ${number} из списка`,
  removeChosen: (count: string) => `Убрать выбранные (${count})`,
  removed: (number: string) => `${number} больше не в чёрном списке`,
  removedMany: (n: number, count: string) => `Из списка ${plural('ru', n, { one: 'убран', many: 'убрано' })} ${count} ${number(n)}`,
  added: (n: number, count: string) =>
    `В список ${plural('ru', n, { one: 'добавлен', few: 'добавлены', many: 'добавлено' })} ${count} ${number(n)}`,
  noneNew: 'Эти номера уже в списке',
  back: 'Номера снова в списке',
  more: (shown: string, all: string) => `Показаны первые ${shown} из ${all}: остальные найдёт поиск.`,
  block: 'В чёрный список',
  blocked: (number: string) => `${number} в чёрном списке`,
  isThere: (number: string) => `${number} уже в чёрном списке`,
  ofCall: (moment: string) => `звонок ${moment}`,
  undo: 'Вернуть',
  undone: 'Номер снова может звонить',
  wrongLines: (lines: string) => `Это не номера: ${lines}. Пишите цифрами, комментарий после «;».`,
  faults: {
    form: 'Номера пишут цифрами, * заменяет любые цифры.',
    many: 'В списке не больше 10 000 номеров: уберите лишние или объедините их шаблоном со *.',
    failed: 'Сервер не ответил: список не изменён. Попробуйте ещё раз.',
  },
};
