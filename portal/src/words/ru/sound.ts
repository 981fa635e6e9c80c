/** How calls sounded, as journal and filters name it. */
export const sound = {
  group: 'Качество связи',
  conditions: {
    measured: 'Связь',
    mos: 'MOS',
    oneWay: 'Слышимость',
    ownNetwork: 'Сеть сотрудников',
    farNetwork: 'Шлюз абонента',
  },
  measuredYes: 'измерена',
  measuredNo: 'не измерена',
  oneWayYes: 'сторону не слышно',
  oneWayNo: 'слышно обе стороны',
  scores: (from: string | null, to: string | null) =>
    from !== null && to !== null ? `${from}–${to}` : from !== null ? `от ${from}` : `до ${to}`,
  worst: {
    title: 'Где было слышно хуже всего',
    note: 'у той стороны, что слышала хуже',
    all: 'Все с плохой связью',
    loss: 'Потери',
    jitter: 'Джиттер',
  },
  noNetwork: 'не известна',
  mosMost: 'не выше, например 3,6',
  mosHint: 'От 1 до 4,5; ниже 3,6 многие недовольны',
  wrongMos: 'Нужна оценка от 1 до 5, например 3,6',
};
