import type { Recovered } from '@callscope/modules/access/recovery.ts';
import type { Letter } from '@callscope/portal/mail/mail.ts';

/** To whoever forgot a password; in their company's language. */
export function recoveryLetter({ login, company, locale, token }: Recovered, to: string, portalUrl: string): Letter {
  const who = company === '' ? login : `${login} (${company})`;
  const link = `${portalUrl}/sign-in/new-password?t=${token}`;
  if (locale.startsWith('en')) {
    return {
      to,
      subject: 'Callscope: password recovery',
      text:
        token === null
          ? `Somebody asked for a new password of ${who}.\n\nThe password of a company's administrator is restored by the operator's support alone: ${portalUrl}/sign-in/help\n\nIf it was not you, do nothing.\n`
          : `Somebody asked for a new password of ${who}.\n\nSet it here, once, within an hour:\n${link}\n\nIf it was not you, do nothing: the password stays as it is.\n`,
    };
  }
  return {
    to,
    subject: 'Callscope: восстановление пароля',
    text:
      token === null
        ? `Запрошен новый пароль пользователя ${who}.\n\nПароль администратора компании восстанавливает только поддержка оператора: ${portalUrl}/sign-in/help\n\nЕсли это были не вы, ничего делать не нужно.\n`
        : `Запрошен новый пароль пользователя ${who}.\n\nЗадайте его по этой ссылке, она действует один раз и один час:\n${link}\n\nЕсли это были не вы, ничего делать не нужно: пароль останется прежним.\n`,
  };
}
