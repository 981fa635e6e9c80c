import { plural } from '../plural.ts';

const hours = (n: number) => plural('ru', n, { one: 'час', few: 'часа', many: 'часов' });
const days = (n: number) => plural('ru', n, { one: 'день', few: 'дня', many: 'дней' });
const rows = (n: number) => plural('ru', n, { one: 'строка', few: 'строки', many: 'строк' });
const term = (n: number) => (n >= 48 && n % 24 === 0 ? `${n / 24} ${days(n / 24)}` : `${n} ${hours(n)}`);

/** Files that are made in the background. */
export const myFiles = {
  title: 'Мои файлы',
  lead: (keep: number) =>
    `Большие файлы готовятся в фоне: портал можно закрыть, работа продолжится. Готовый файл хранится ${term(keep)}, видите его только вы.`,
  list: 'Файлы',
  none: 'Файлов пока нет',
  noneText: 'В журнале, статистике и детализации нажмите «Скачать», затем «Подготовить в фоне».',
  columns: { file: 'Файл', state: 'Состояние', rows: 'Строк', size: 'Размер', until: 'Хранится до', acts: 'Действия' },
  asked: (when: string) => `заказан ${when}`,
  keptUntil: (when: string) => `до ${when}`,
  states: { waiting: 'в очереди', running: 'готовится', done: 'готов', failed: 'не получился', cancelled: 'отменён' },
  next: 'следующий в очереди',
  place: (ahead: string) => `в очереди, впереди ${ahead}`,
  progress: (title: string) => `Готовность файла «${title}»`,
  made: (figure: string, of: string) => `${figure} из ${of}`,
  again: 'Не получилось, пробуем ещё раз.',
  wantLetter: (title: string) => `Прислать письмом файл «${title}», когда будет готов`,
  letters: { wanted: 'пришлём письмо', waiting: 'письмо отправляется', sent: 'письмо отправлено', failed: 'письмо не ушло' },
  faults: {
    rights: 'Нет права видеть звонки.',
    question: 'Вопрос слишком большой или составлен с ошибкой. Сузьте период или условия.',
    pdf: 'В PDF помещается до 10 000 строк. Возьмите XLSX или CSV.',
    failed: 'Файл не получилось сделать несколько раз подряд. Закажите его позже; если не поможет, скажите поддержке.',
  },
  download: 'Скачать',
  downloadOf: (title: string) => `Скачать файл «${title}»`,
  cancel: 'Отменить',
  cancelOf: (title: string) => `Отменить файл «${title}»`,
  cancelled: 'Файл отменён.',
  remove: 'Удалить',
  removeOf: (title: string) => `Удалить файл «${title}»`,
  removeAsk: 'Удалить файл?',
  removeText: 'Скачать его больше будет нельзя.',
  removed: 'Файл удалён.',
  gone: 'Этого файла уже нет.',
  failed: 'Не получилось. Проверьте связь и повторите.',
  refusedLinks: {
    gone: 'Этого файла уже нет: его удалили или срок хранения вышел.',
    narrowed: 'Ваши права с тех пор сузили: этот файл скачать нельзя. Закажите новый.',
    failed: 'Хранилище файлов сейчас не отвечает. Повторите через несколько минут.',
  },
  /** the dialog of a download menu */
  make: 'Подготовить в фоне',
  makeTitle: 'Подготовить файл в фоне',
  makeText: 'Файл появится в «Моих файлах», когда будет готов. Страницу можно закрыть.',
  format: 'Формат',
  letter: 'Прислать письмом, когда будет готов',
  letterTo: (address: string) => `Ссылка придёт на ${address}.`,
  noAddress: 'Чтобы получать письма, укажите свою почту в учётной записи.',
  go: 'Подготовить',
  begun: 'Файл готовится.',
  ready: (title: string) => `Файл готов: ${title}`,
  wentWrong: (title: string) => `Файл не получился: ${title}`,
  open: 'Мои файлы',
  refused: {
    many: 'Файлов в работе уже 10. Дождитесь готовых или отмените лишние.',
    viewing: 'В режиме «Смотреть как» файлы не заказывают.',
    form: 'Этот вопрос в файл не превратить. Обновите страницу и повторите.',
  },
  letterOf: {
    subject: (title: string) => `Файл готов: ${title}`,
    about: (title: string, company: string, facts: string) => `«${title}», ${company}.\n${facts}.`,
    facts: (format: string, n: number, figure: string, size: string) => `${format}, ${figure} ${rows(n)}, ${size}`,
    link: (url: string, until: string) => `Скачать до ${until} (понадобится вход в портал):\n${url}`,
  },
};
