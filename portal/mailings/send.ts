import { createHash } from 'node:crypto';
import { FilterError } from '@callscope/analytics/query/filter.ts';
import { QueryTooLarge } from '@callscope/analytics/run/run.ts';
import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { counter } from '@callscope/core/node/metrics.ts';
import { workWhenNotified } from '@callscope/core/node/notified-work.ts';
import type { Postgres } from '@callscope/core/node/postgres.ts';
import { operatorScope, ownService } from '@callscope/modules/access/callers.ts';
import {
  forgetOld,
  giveUp,
  letterFailed,
  letterSent,
  lineUpDue,
  linkTo,
  type TakenSending,
  takeSending,
} from '@callscope/modules/mailings/work.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { Deps } from '../deps.ts';
import { PdfTooLarge } from '../files/pdf.ts';
import { periodText } from '../files/question-facts.ts';
import { speechOf } from '../files/speech.ts';
import type { Letter, Mail } from '../mail/mail.ts';
import { type MailedFiles, MailingOver, mailedFiles, wholeFiles } from './files.ts';

const EVERY = operatorScope(ownService('mailings'), 'companies:read') as OperatorScope;

const letters = counter('mailing_letters_total', 'Letters of mailings', ['outcome']);

/**
 * Sends mailings when they are due. A time that is due has its letters once; each is taken with a lease, so that a process that dies
 * leaves them to the next, and its Message-ID is made of what it is, so that a mail server which had it knows it again.
 * @param mostBytes of files in a letter, where they are a third more; what is larger goes as a link, whole
 */
export async function sendMailings(
  service: Service,
  postgres: Postgres<PostgresSchema>,
  deps: Deps,
  mail: Mail,
  mostBytes: number,
): Promise<void> {
  const { log, stopping } = service;
  const work = async () => {
    while (!stopping.aborted && (await lineUpDue(deps.db, EVERY, deps.clock.now())) > 0);
    for (;;) {
      const sending = stopping.aborted ? null : await takeSending(deps.db, EVERY);
      if (sending === null) return;
      await send(deps, mail, sending, mostBytes);
    }
  };
  const working = await workWhenNotified(postgres, log, 'mailings', { work, clean: async () => undefined });
  service.onStop('mailings', working.stop);
}

async function send(deps: Deps, mail: Mail, sending: TakenSending, mostBytes: number): Promise<void> {
  const { db, log, clock } = deps;
  const failed = async (fault: string, isFinal: boolean) => {
    log.warn('a mailing was not sent', { tenant: sending.tenant, mailing: sending.mailing, error: fault });
    letters.inc({ outcome: isFinal ? 'failed' : 'again' }, sending.letters.length);
    if (isFinal) return giveUp(db, sending, fault);
    for (const { address, tries } of sending.letters) await letterFailed(db, { ...sending, address }, tries, fault);
  };
  let made: MailedFiles;
  let files: Awaited<ReturnType<typeof wholeFiles>>;
  try {
    made = await mailedFiles(deps, sending);
    files = await wholeFiles(made.sheets, sending.format, mostBytes);
  } catch (error) {
    // of the question itself: it would be no other at another time
    return failed(
      errorText(error),
      error instanceof MailingOver || error instanceof FilterError || error instanceof QueryTooLarge || error instanceof PdfTooLarge,
    );
  }
  const way = files === null ? 'link' : 'file';
  const link = files === null ? await linkTo(db, sending, clock.now()) : null;
  for (const { address, token, tries } of sending.letters) {
    const letter: Letter = {
      to: address,
      ...worded(mail, sending, made, link, token),
      ...(files && { attachments: files.map(({ name, type, content }) => ({ filename: name, content, contentType: type })) }),
      messageId: `<mailing-${createHash('sha256').update(`${sending.tenant} ${sending.mailing} ${sending.dueAt.getTime()} ${address}`).digest('hex').slice(0, 32)}@${new URL(mail.portalUrl).hostname}>`,
    };
    try {
      await mail.send(letter);
    } catch (error) {
      log.warn('a letter of a mailing was not taken: see SMTP_URL', { tenant: sending.tenant, mailing: sending.mailing, error });
      letters.inc({ outcome: 'again' });
      await letterFailed(db, { ...sending, address }, tries, errorText(error));
      continue;
    }
    await letterSent(db, { ...sending, address }, way);
    letters.inc({ outcome: 'sent' });
  }
  await forgetOld(db, made.scope, clock.now());
}

function worded(
  mail: Mail,
  { tenant, view }: TakenSending,
  { company, locale, period }: MailedFiles,
  link: { token: string; until: Date } | null,
  token: string,
): Pick<Letter, 'subject' | 'text' | 'headers'> {
  const speech = speechOf(company, locale);
  const { format } = speech;
  const words = speech.words.mailings.letter;
  const leave = `${mail.portalUrl}/mailings/leave/${token}`;
  const open = `${mail.portalUrl}/c/${encodeURIComponent(tenant)}/${view.page}${view.query === '' ? '' : `?${view.query}`}`;
  const about = words.about(view.name, company.name, periodText(period, speech));
  const files =
    link === null
      ? words.attached
      : words.link(
          `${mail.portalUrl}/mailings/files/${link.token}`,
          `${format.date(link.until.getTime(), true)} ${format.timeShort(link.until.getTime())}`,
        );
  return {
    subject: words.subject(view.name, periodText(period, speech)),
    text: [about, files, words.open(open), words.leave(leave)].join('\n\n'),
    // RFC 2369 and, for one click, RFC 8058
    headers: {
      'List-Unsubscribe': `<${mail.portalUrl}/api/mailings/leave/${token}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  };
}
