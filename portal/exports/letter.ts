import { createHash } from 'node:crypto';
import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { tenantScope } from '@callscope/modules/access/callers.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { letterAddress } from '@callscope/modules/exports/store.ts';
import { exporterOf, exportLetterEnded, type TakenExportLetter, takeExportLetter } from '@callscope/modules/exports/work.ts';
import type { Deps } from '../deps.ts';
import { speechOf } from '../files/speech.ts';
import type { Mail } from '../mail/mail.ts';
import { sizeOf } from '../src/page/settings/size.ts';

/** Tells by letter that files are ready, those that wait for it. The link asks for a session: the right is looked at when it is followed. */
export async function sendExportLetters(deps: Deps, scope: OperatorScope, stopping: AbortSignal): Promise<void> {
  for (;;) {
    const letter = stopping.aborted || deps.mail === null ? null : await takeExportLetter(deps.db, scope);
    if (letter === null || deps.mail === null) return;
    await send(deps, deps.mail, letter);
  }
}

async function send(deps: Deps, mail: Mail, letter: TakenExportLetter): Promise<void> {
  const { db, log } = deps;
  const maker = await exporterOf(db, letter);
  const scope = maker && tenantScope(maker, letter.tenant, 'calls:read');
  const to = maker && (await letterAddress(db, maker));
  const company = scope && (await getTenant(db, scope));
  if (!to || !company) return exportLetterEnded(db, letter, false, true);
  const { tenant, id, title, format: kind, rows, bytes, expiresAt } = letter;
  const { words, format } = speechOf(company, company.locale);
  const said = words.myFiles.letterOf;
  const until = `${format.date(expiresAt.getTime(), true)} ${format.timeShort(expiresAt.getTime())}`;
  const key = createHash('sha256').update(`${tenant} ${id}`).digest('hex').slice(0, 32);
  try {
    await mail.send({
      to,
      subject: said.subject(title),
      text: [
        said.about(
          title,
          company.name,
          said.facts(kind.toUpperCase(), rows, format.number(rows), sizeOf(bytes, format.number, words.desk.units)),
        ),
        said.link(`${mail.portalUrl}/c/${encodeURIComponent(tenant)}/exports/${id}/file`, until),
      ].join('\n\n'),
      messageId: `<export-${key}@${new URL(mail.portalUrl).hostname}>`,
    });
  } catch (error) {
    log.warn('a letter about a file was not taken: see SMTP_URL', { tenant, export: id, error: errorText(error) });
    return exportLetterEnded(db, letter, false);
  }
  await exportLetterEnded(db, letter, true);
}
