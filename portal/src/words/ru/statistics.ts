import { plural } from '../plural.ts';

export const statistics = {
  /** the period begins with a small letter; hours and conditions follow where there are any */
  title: (period: string, hours: string, conditions: string) =>
    [`Отчёт за ${period}`, ...(hours === '' ? [] : [`период с ${hours}`]), ...(conditions === '' ? [] : [conditions])].join(', '),
  /** "Сравнение: среда 18 ноября до 14:20" */
  comparison: (day: string, until: string) => `Сравнение: ${day}${until === '' ? '' : ` до ${until}`}`,
  interval: '13:00 в таблице значит 12:00–13:00',
  most: (days: number) => `не больше ${days} ${plural('ru', days, { one: 'дня', few: 'дней', many: 'дней' })}`,
  tooLong: 'Период слишком длинный',
  tooLongText: (days: number): string => `График по часам показывает ${statistics.most(days)}. Выберите период короче.`,
  quick: 'Быстрый выбор периода',
  calls: 'Звонки по часам',
  hint: { lines: 'нажатие на точку открывает эти звонки', bars: 'нажатие на столбик открывает эти звонки' },
  /** heads of the table; a soft hyphen says where a phone may break them */
  shorts: { out: 'Исхо\u00adдящие', outFailed: 'Неуспеш\u00adные', in: 'Входя\u00adщие', inMissed: 'Пропу\u00adщенные' },
  table: 'Таблица по часам',
  hour: 'Час',
  compareWeekBefore: 'Сравнить с прошлой неделей',
  withoutComparison: 'Без сравнения',
  definitions: 'Как считается',
  explain: {
    counted: 'Считаются',
    leftOut: 'Не считаются',
    none: 'таких звонков нет',
    failed: 'Звонки не посчитаны: база не ответила.',
  },
  print: 'Напечатать',
  failed: 'Отчёт не построен',
  failedLarge: 'Вопрос слишком велик для базы: сократите период или уберите условия. Остальная страница работает.',
  failedStore: 'База звонков не ответила. Звонки при этом собираются; остальная страница работает.',
  chart: {
    kind: 'Вид графика',
    lines: 'Линейный',
    bars: 'Гистограмма',
    barsTooLong: 'Гистограмма показывает до двух суток',
    series: 'Что показывать',
    lastSeries: 'Хотя бы один показатель остаётся на графике',
    allCalls: 'Все звонки часа',
    keys: 'Стрелки влево и вправо ведут по часам, вверх и вниз по показателям, Enter открывает звонки.',
    interval: (start: string, end: string) => `${start}–${end}`,
    until: (time: string) => `до ${time}`,
  },
};
