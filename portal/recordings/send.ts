import { findCall } from '@callscope/analytics/run/calls.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import { MAIL_ADDRESS } from '@callscope/core/domain/mail-address.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Caller, tenantScope } from '@callscope/modules/access/callers.ts';
import { colleaguesBy } from '@callscope/modules/access/colleagues.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { noteAct } from '@callscope/modules/audit/store.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { makeLink } from '@callscope/modules/recordings/links.ts';
import { segmentsOf } from '@callscope/modules/recordings/store.ts';
import { Problem } from '../api/problem.ts';
import type { Deps } from '../deps.ts';
import type { Letter } from '../mail/mail.ts';
import { createFormat } from '../src/format/format.ts';
import { cardHref } from '../src/page/call/moment.ts';
import { type Locale, wordsOf } from '../src/words/words.ts';
import { chosenOf } from './audio.ts';
import { nameOf, openedAudio } from './respond.ts';
import { MOST_FILE_BYTES, type Refusal, type SendAs } from './sending.ts';

/** What somebody asks to be sent. */
export interface Sending {
  /** one address */
  to: string;
  as: SendAs;
  /** in the sender's words */
  note: string;
  /** seconds of the recording: the card opens there; null: from its beginning */
  at: number | null;
}

const WEEK_MS = 7 * 86_400_000;
/** Of one person or token, in a quarter of an hour: a portal is no way to write to everybody. */
const MOST_LETTERS = 20;
/**
 * Sends a recording whole, a link to it for a week, or a link to its call to a colleague who may listen to it. What is too large for a
 * letter goes as a link. Written down before it goes.
 * @param scope with the right to listen @returns how it went @throws Problem 404
 */
export async function sendRecording(
  deps: Deps,
  scope: TenantScope,
  caller: Caller,
  id: string,
  { to, as, note, at }: Sending,
): Promise<{ sent: SendAs } | { refused: Refusal }> {
  const { db, store, clock, mail, letters, log } = deps;
  const call = await findCall(store, scope, id);
  if (!call) throw new Problem(404, `no call "${id}" in this company`);
  if (!MAIL_ADDRESS.test(to)) return { refused: 'address' };
  if (mail === null) return { refused: 'noMail' };
  if (as === 'card') {
    // one who may not hear it, and one whom nobody knows, are told alike
    const people = await colleaguesBy(db, scope, to);
    const seeing = await Promise.all(
      people.map(async (person) => {
        const theirs = tenantScope(person, scope.tenant, 'recordings:listen');
        return theirs !== null && (await findCall(store, theirs, call.id)) !== null;
      }),
    );
    if (!seeing.includes(true)) return { refused: 'colleague' };
  }
  const chosen = chosenOf((await segmentsOf(db, scope, [call.id])).get(call.id) ?? [], undefined);
  if (as !== 'card' && chosen.length === 0) return { refused: 'noAudio' };
  if (!letters.take(`from ${caller.by} ${caller.id}`, MOST_LETTERS, clock.now())) return { refused: 'often' };

  const company = await getTenant(db, scope);
  const locale: Locale = company?.locale === 'en' ? 'en' : 'ru';
  const words = wordsOf(locale).callCard.letter;
  const format = createFormat({
    locale,
    words: wordsOf(locale).format,
    zone: company?.timezone ?? 'UTC',
    country: company?.country ?? 'RU',
    now: () => clock.now(),
  });
  const what = titleOf(call, locale, format);
  const about = note === '' ? what : `${what}\n\n${note}`;
  const write = async (way: SendAs): Promise<{ letter: Letter; way: SendAs }> => {
    if (way === 'card') {
      const url = `${mail.portalUrl}${cardHref(scope.tenant, call.id, at)}`;
      return { way, letter: { to, subject: words.cardSubject(what), text: words.card(caller.name, about, url) } };
    }
    if (way === 'link') {
      const expiresAt = new Date(clock.now() + WEEK_MS);
      const { token } = await makeLink(db, scope, caller, { callId: call.id, segment: null, download: false, expiresAt });
      const until = `${format.date(expiresAt.getTime())} ${format.timeShort(expiresAt.getTime())}`;
      return {
        way,
        letter: { to, subject: words.subject(what), text: words.link(caller.name, about, `${mail.portalUrl}/r/${token}`, until) },
      };
    }
    const audio = await openedAudio(deps, scope, chosen, undefined);
    if (audio.bytes > MOST_FILE_BYTES) return write('link');
    const content: Buffer[] = [];
    for await (const part of await audio.read({ from: 0, to: audio.bytes })) content.push(part as Buffer);
    const whole = Buffer.concat(content);
    // a file that is cut says nothing of it: rather none
    if (whole.length !== audio.bytes) throw new Error(`${whole.length} of ${audio.bytes} bytes of the recording were read`);
    const filename = `${await nameOf(deps, scope, call)}.${audio.extension}`;
    const attachments = [{ filename, content: whole, contentType: audio.type }];
    return { way, letter: { to, subject: words.subject(what), text: words.file(caller.name, about), attachments } };
  };
  const { letter, way } = await write(as);
  const deed = { actor: actorOf(caller), act: 'recording.send' as const, subject: call.id, after: { to, as: way } };
  await asTenant(db, scope.tenant, (trx) => noteAct(trx, scope.tenant, deed));
  try {
    await mail.send(letter);
  } catch (error) {
    log.error('a recording was not sent: see SMTP_URL', { error: errorText(error) });
    return { refused: 'notTaken' };
  }
  return { sent: way };
}

/** «Входящий от +7 983 000-27-14, 23.11.2026 14:02» */
function titleOf(call: CallRow, locale: Locale, format: ReturnType<typeof createFormat>): string {
  const words = wordsOf(locale).callCard;
  const party = call.direction === 'in' ? call.from : call.dialled;
  const began = Math.floor(call.startedAt / 1_000);
  return `${words.title(call.direction, party === '' ? words.hidden : format.phone(party))}, ${format.date(began, true)} ${format.timeShort(began)}`;
}
