import { plural } from './plural.ts';

const calls = (n: number) => plural('ru', n, { one: 'звонок', few: 'звонка', many: 'звонков' });

export const ru = {
  product: 'Callscope',
  signIn: {
    title: 'Вход в кабинет',
    domain: 'Домен',
    login: 'Пользователь',
    password: 'Пароль',
    submit: 'Войти',
    wrong: 'Домен, пользователь или пароль не подошли.',
    empty: 'Заполните все три поля.',
    busy: 'Сейчас входит много людей. Повторите через несколько секунд.',
    helpTitle: 'Не получается войти?',
    help: [
      'Заполнены все три поля, без лишних пробелов.',
      'Домен и пользователь не перепутаны местами.',
      'Раскладка клавиатуры и Caps Lock.',
      'Договор переоформлен или расторгнут: данные для входа изменились.',
      'Если ничего не помогло, позвоните в поддержку оператора.',
    ],
    signOut: 'Выйти',
  },
  calls,
};

/** Every word on the pages. Russian is the source: what it has, the others must have, and types say so. */
export type Words = typeof ru;
