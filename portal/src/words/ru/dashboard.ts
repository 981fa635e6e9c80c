export const dashboard = {
  /** "Все сотрудники, группы и номера, 0:00–14:20" */
  everything: (hours: string) => `Все сотрудники, группы и номера${hours === '' ? '' : `, ${hours}`}`,
  own: (hours: string) => `Только ваши звонки${hours === '' ? '' : `, ${hours}`}`,
  part: (hours: string) => `Только ваши группы и проекты${hours === '' ? '' : `, ${hours}`}`,
  quick: 'Быстрый выбор периода',
  /** short names of quick periods */
  quicks: { today: 'Сегодня', yesterday: 'Вчера', week: 'Неделя', month: 'Месяц' },
  /** in the strip, where their neighbours say the rest */
  names: {
    in: 'Входящие',
    inAnswered: 'Принятые',
    inMissed: 'Пропущенные',
    outFailed: 'Неуспешные',
  },
  figures: 'Показатели периода',
  was: (figure: string) => `было ${figure}`,
  busy: (figure: string) => `занято ${figure}`,
  statistics: 'Подробно',
  missed: 'Пропущенные',
  all: 'Все',
  toCallBack: 'Перезвонить',
  at: (time: string) => `в ${time}`,
  noMissed: 'Пропущенных нет',
  noMissedText: (period: string) => `Все входящие за ${period} приняты.`,
  noCalls: 'Входящих ещё не было',
  hidden: 'Номер скрыт',
  now: 'Сейчас',
  nowMore: (n: string) => `Ещё ${n}`,
  failed: 'Сводка не построена',
};
