import { type DemoCompany, people } from './company.ts';

const WORKDAY = [{ from: '08:00', to: '19:00' }];

/** Builds country houses in Krasnoyarsk. Numbers +7 391 000-xx-xx: no subscriber's number begins with 0. */
export const SEVER: DemoCompany = {
  id: 'sever',
  name: 'Северный дом',
  domain: 'sever.demo',
  zone: 'Asia/Krasnoyarsk',
  country: 'RU',
  locale: 'ru',
  net: '10.21.1',
  share: 0.4,
  workingHours: {
    week: { mon: WORKDAY, tue: WORKDAY, wed: WORKDAY, thu: WORKDAY, fri: WORKDAY, sat: [{ from: '10:00', to: '17:00' }], sun: [] },
    dates: [],
  },
  hours: [
    0.01, 0.01, 0, 0, 0.01, 0.02, 0.03, 0.08, 0.38, 0.92, 1.16, 1.2, 0.86, 0.62, 1.02, 1.12, 1.04, 0.82, 0.44, 0.16, 0.08, 0.05, 0.03, 0.02,
  ],
  saturday: 0.36,
  sunday: 0.05,
  mix: { in: 0.55, out: 0.34, internal: 0.11 },
  talk: 115,
  groups: [
    { id: 'sales', name: 'Продажи', shifts: [[8.5, 19]], saturday: 0.5, sunday: 0.15 },
    {
      id: 'service',
      name: 'Сервис',
      shifts: [
        [8, 17.5],
        [9.5, 19],
      ],
      saturday: 0.4,
      sunday: 0,
    },
    { id: 'office', name: 'Бухгалтерия и офис', shifts: [[9, 18]], saturday: 0, sunday: 0 },
    { id: 'stock', name: 'Склад и доставка', shifts: [[8, 17]], saturday: 0.5, sunday: 0 },
  ],
  employees: people([
    ['101', 'Соколова А. П.', 'sales'],
    ['102', 'Волков С. Н.', 'sales'],
    ['103', 'Морозова Е. А.', 'sales'],
    ['104', 'Лебедев И. С.', 'sales'],
    ['105', 'Орлова М. В.', 'sales'],
    ['106', 'Никитин П. Р.', 'sales'],
    ['107', 'Зайцева Т. О.', 'sales'],
    ['111', 'Кузнецов Д. И.', 'service'],
    ['112', 'Фомина О. Ю.', 'service'],
    ['113', 'Тарасов Г. В.', 'service'],
    ['114', 'Егорова Н. С.', 'service'],
    ['115', 'Макаров А. Д.', 'service'],
    ['121', 'Белова И. К.', 'office'],
    ['122', 'Гусев Р. М.', 'office'],
    ['131', 'Жуков В. Е.', 'stock'],
    ['132', 'Поляков К. А.', 'stock'],
  ]),
  spare: { room: { extension: '190', comment: 'Переговорная' }, unplugged: { extension: '191', comment: 'Проходная' } },
  numbers: [
    { number: '73910000121', label: 'Главный', channel: null, weight: 30, group: 'sales', legs: 4, talk: 128 },
    { number: '73910000122', label: 'Яндекс Директ', channel: 'Яндекс Директ', weight: 22, group: 'sales', legs: 3, talk: 96 },
    { number: '73910000123', label: '2ГИС', channel: '2ГИС', weight: 14, group: 'sales', legs: 3, talk: 84 },
    { number: '73910000124', label: 'Авито', channel: 'Авито', weight: 11, group: 'sales', legs: 2, talk: 62 },
    { number: '73910000125', label: 'Наружная реклама', channel: 'Наружная реклама', weight: 5, group: 'sales', legs: 3, talk: 74 },
    { number: '73910000140', label: 'Сервис и гарантия', channel: null, weight: 18, group: 'service', legs: 3, talk: 176 },
  ],
  duty: '',
  liveFloor: 0,
  clientNumbers: ['7902000xxxx', '7904000xxxx', '7908000xxxx', '7913000xxxx', '7923000xxxx', '7950000xxxx', '7983000xxxx', '7391000xxxx'],
  signIn: 'e101',
};
