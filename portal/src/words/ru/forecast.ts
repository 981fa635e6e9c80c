import { plural } from '../plural.ts';

const calls = (n: number) => plural('ru', n, { one: 'звонок', few: 'звонка', many: 'звонков' });
const people = (n: number) => plural('ru', n, { one: 'человек', few: 'человека', many: 'человек' });

export const forecast = {
  title: 'Прогноз входящих',
  /** "сегодня, пятница 27 ноября" */
  titleOfDay: (day: string) => `Прогноз входящих: ${day}`,
  lead: 'Сколько позвонят в каждый час и сколько людей нужно, чтобы отвечать вовремя.',
  days: 'День прогноза',
  week: 'Неделя',
  today: 'Сегодня',
  figures: 'Прогноз коротко',
  expected: 'Ожидается звонков',
  expectedShort: 'Звонки',
  cameOf: (came: string) => `сегодня пришло ${came}`,
  peak: 'Людей в самый занятый час',
  peakShort: 'Людей',
  peakUp: (people: string) => `если звонков больше: ${people}`,
  talk: 'Средний разговор',
  talkShort: 'Разговор',
  talkOf: (days: number) => `принятые входящие за ${days} ${plural('ru', days, { one: 'день', few: 'дня', many: 'дней' })}`,
  error: 'Ошибка за две недели',
  errorShort: 'Ошибка',
  errorNaive: (share: string) => `«как неделю назад»: ${share}`,
  noBacktest: 'проверить пока не на чем',
  chart: 'Звонки и люди по часам',
  hint: 'наведите на час или ведите стрелками',
  read: {
    expected: 'Ожидается',
    band: 'Вероятно (80 %)',
    actual: 'Пришло',
    people: 'Нужно людей',
    peopleHigh: 'если звонков больше',
    keys: 'Стрелки ведут по часам, Page Up и Page Down по суткам.',
  },
  /** numbers come as the page writes them, with the count that decides the word's form */
  point: (when: string, expected: string, likely: string, count: number) =>
    `${when}: ожидается ${expected} (вероятно ${likely} ${calls(count)})`,
  pointPeople: (needed: string, n: number) => `нужно ${needed} ${people(n)}`,
  pointActual: (came: string) => `пришло ${came}`,
  pointSoFar: (came: string) => `пока пришло ${came}`,
  pointClosed: 'нерабочее время',
  table: 'Таблица по часам',
  tableOfWeek: 'Таблица по дням',
  columns: {
    hour: 'Час',
    day: 'День',
    expected: 'Ожидается',
    band: 'Вероятно',
    actual: 'Пришло',
    people: 'Людей',
    mostPeople: 'Людей в пик',
    peopleHigh: 'Если больше',
    personHours: 'Человеко-часы',
  },
  closed: 'выходной по календарю',
  open: 'особый день по календарю',
  target: {
    title: 'Уровень обслуживания',
    percent: 'Отвечать вовремя',
    percentUnit: '% звонящих',
    seconds: 'Вовремя – это за',
    secondsUnit: 'с',
    shrinkage: 'Не у телефона',
    shrinkageUnit: '% времени',
    shrinkageHint: 'перерывы, обучение, болезни',
    apply: 'Посчитать',
    reset: 'Как обычно',
  },
  how: {
    title: 'Как считается',
    history: (days: number) =>
      `История: ${days} ${plural('ru', days, { one: 'день', few: 'дня', many: 'дней' })} до сегодняшнего, не больше 26 недель. Сегодняшние звонки в прогноз не входят, поэтому он не меняется весь день, и их можно сравнить с ним.`,
    model:
      'Ожидание: среднее того же дня недели и часа за прошлые недели, недавние весят больше; уровень – по последним дням. Праздники и особые дни из рабочих часов компании считаются отдельно, выбивающиеся дни (авария, невнесённый праздник) не учат ничему.',
    band: 'Вероятная полоса: в ней должно оказаться около 80 % часов. Ширина выбрана по прошлым неделям самой компании.',
    people: (percent: string, seconds: string, shrinkage: string) =>
      `Люди: формула Эрланга C – чтобы ${percent} звонящих ждали не больше ${seconds} с${shrinkage === '' ? '' : `; ${shrinkage} времени люди не у телефона`}. Она не знает ни тех, кто не дождался, ни работы после разговора: на неё оставьте время в «не у телефона». В нерабочее время людей не нужно.`,
    backtest: (from: string, to: string) =>
      `Проверка на отложенных двух неделях, ${from} – ${to}: каждая неделя предсказана по тому, что было до неё.`,
    none: (weeks: number) =>
      `Проверка появится, когда истории будет ${weeks} ${plural('ru', weeks, { one: 'неделя', few: 'недели', many: 'недель' })}.`,
    result: 'Что вышло',
    error: 'Ошибка прогноза',
    naive: 'Ошибка «как в тот же час неделю назад»',
    coverage: 'Часов в полосе',
    coverageHours: (hours: string) => `из ${hours}, где ожидался хотя бы один звонок`,
    coverageOfAll: 'Из всех часов, и ночных',
    calls: 'Звонков пришло',
    better: 'Прогноз точнее, чем «как неделю назад».',
    worse: 'Прогноз не точнее, чем «как неделю назад»: звонков мало или они не повторяются по неделям.',
    errorIs: 'Ошибка – сумма промахов по часам, в любую сторону, к числу пришедших звонков.',
  },
  short: {
    title: 'Истории пока мало',
    text: (days: number, from: string) =>
      `Прогнозу нужны три целые недели звонков. Сейчас ${days} ${plural('ru', days, { one: 'целый день', few: 'целых дня', many: 'целых дней' })}; прогноз появится ${from}.`,
    none: 'Прогнозу нужны три целые недели входящих звонков, а их ещё не было.',
    statistics: 'Звонки по часам',
  },
  failed: 'Прогноз не построен',
  failedStore: 'База звонков не ответила. Звонки при этом собираются; остальная страница работает.',
};
