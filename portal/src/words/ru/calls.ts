import { plural } from '../plural.ts';

/** The language of calls: one thing has one name on every page. Keys are those of core/domain. */
export const calls = {
  count: (n: number) => plural('ru', n, { one: 'звонок', few: 'звонка', many: 'звонков' }),
  direction: { in: 'Входящий', out: 'Исходящий', internal: 'Внутренний' },
  directions: { in: 'Входящие', out: 'Исходящие', internal: 'Внутренние' },
  result: {
    answered: 'Успешный',
    no_answer: 'Нет ответа',
    busy: 'Занят',
    rejected: 'Отклонён',
    unavailable: 'Недоступен',
    cancelled: 'Отменён',
    failed: 'Ошибка',
  },
  missedKind: {
    busy_hit: 'Попал в занятость',
    out_of_hours: 'Вне часов',
    short_abandon: 'Короткий пропущенный',
    not_taken: 'Не приняли',
  },
  missed: 'Пропущенный',
  missedMany: 'Пропущенные',
  inProgress: 'Идёт',
  noEmployee: 'Без сотрудника',
};
