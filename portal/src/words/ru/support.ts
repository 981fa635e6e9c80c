/** One of the operator's people looks as somebody of a company. */
export const support = {
  title: 'Смотреть как',
  lead: (minutes: string) =>
    `Страницы компании, как их видит её пользователь: только чтение, ${minutes} минут. Компания узнает об этом и о причине из своего аудита.`,
  people: 'Пользователи компании',
  columns: { login: 'Логин', role: 'Роль', employee: 'Сотрудник' },
  blocked: 'Заблокирован',
  view: 'Смотреть',
  viewAs: (login: string) => `Смотреть как ${login}`,
  reason: 'Причина',
  reasonHint: 'От трёх знаков: номер обращения или что проверяете',
  none: 'В компании нет пользователей',
  noneText: 'Смотреть не от кого: их заводят на странице «Пользователи».',
  faults: {
    reason: 'Назовите причину: от 3 до 300 знаков.',
    gone: 'Такого пользователя нет, или он заблокирован.',
  },
  banner: {
    label: 'Просмотр от чужого имени',
    text: (who: string, login: string, role: string) => `${who}, вы смотрите как ${login} (${role})`,
    until: (time: string) => `до ${time}, только чтение`,
    back: 'Вернуться',
  },
};
