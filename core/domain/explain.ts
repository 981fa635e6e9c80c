import type { CallRow } from './call.ts';

/** One rule that applied to a call, and why in words. `about` is the field of the call that it decided. */
export interface Explanation {
  about: 'result' | 'missedKind' | 'endedAt' | 'callIds';
  rule: string;
  words: { ru: string; en: string };
}

type Explained = Pick<CallRow, 'direction' | 'result' | 'missedKind' | 'sipCode' | 'source' | 'callIds' | 'legs'>;

/** Which rules gave a call what it says: the codes that `result.ts` turns into words, and where its end came from. */
export function explainCall(call: Explained): Explanation[] {
  const out = [{ about: 'result' as const, ...resultRule(call) }];
  const missed = call.missedKind === '' ? undefined : MISSED[call.missedKind];
  return [
    ...out,
    ...(missed ? [{ about: 'missedKind' as const, rule: call.missedKind, words: missed }] : []),
    { about: 'endedAt', rule: call.source, words: SOURCES[call.source] },
    ...(call.callIds.length > 1
      ? [
          {
            about: 'callIds' as const,
            rule: 'linked',
            words: {
              ru: `Один разговор из ${call.callIds.length} вызовов: их связали перевод, перехват, переадресация или сама АТС.`,
              en: `One conversation of ${call.callIds.length} calls: a transfer, a pickup, a forward or the PBX itself ties them.`,
            },
          },
        ]
      : []),
  ];
}

function resultRule({ result, sipCode, legs }: Explained): { rule: string; words: Explanation['words'] } {
  const code = (ru: string, en: string) => ({
    rule: `code_${sipCode}`,
    words: { ru: `${ru} (SIP ${sipCode}).`, en: `${en} (SIP ${sipCode}).` },
  });
  switch (result) {
    case 'answered':
      return code('Ответили: разговор состоялся', 'Somebody answered: there was talk');
    case 'busy':
      return code('Вызываемый занят', 'The called party was busy');
    case 'rejected':
      return code('Вызов отклонили', 'The call was declined');
    case 'unavailable':
      return code('Телефон недоступен: не в сети или не беспокоить', 'The phone was unavailable: offline or do not disturb');
    case 'no_answer':
      return sipCode === 408
        ? code('Телефоны звонили, время ожидания вышло', 'Phones rang until the time was over')
        : {
            rule: 'rang_and_ended',
            words: {
              ru: `Телефон звонил${legs.length > 1 ? 'и' : ''}, но вызов завершили до ответа${sipCode ? ` (SIP ${sipCode})` : ''}.`,
              en: `It rang, and the call was ended before an answer${sipCode ? ` (SIP ${sipCode})` : ''}.`,
            },
          };
    case 'cancelled':
      return {
        rule: 'ended_before_ringing',
        words: { ru: 'Вызов завершили раньше, чем что-либо зазвонило.', en: 'The call was ended before anything rang.' },
      };
    case 'failed':
      return sipCode === 0
        ? { rule: 'no_code', words: { ru: 'Окончательный код не пришёл ни от кого.', en: 'Nobody sent a final code.' } }
        : code('Вызов не удался', 'The call failed');
  }
}

const MISSED: Record<Exclude<CallRow['missedKind'], ''>, Explanation['words']> = {
  busy_hit: { ru: 'Пропущен: попал в занятость.', en: 'Missed: it met a busy line.' },
  out_of_hours: { ru: 'Пропущен: пришёл в нерабочее время компании.', en: "Missed: it came outside of the company's working hours." },
  short_abandon: {
    ru: 'Пропущен: звонящий положил трубку быстрее порога короткого звонка.',
    en: 'Missed: the caller hung up faster than the threshold of a short call.',
  },
  not_taken: { ru: 'Пропущен: в рабочее время никто не взял трубку.', en: 'Missed: nobody took it during working hours.' },
};

const SOURCES: Record<CallRow['source'], Explanation['words']> = {
  events: { ru: 'Чем кончился вызов, сообщила АТС своими событиями.', en: 'The PBX told by its events how the call ended.' },
  hep: {
    ru: 'Чем кончился вызов, видно по SIP-пакетам: событий об этом не было.',
    en: 'SIP packets show how the call ended: no event told of it.',
  },
  rule: {
    ru: 'Конца никто не сообщил: вызов закрыт по тишине и пределу длительности.',
    en: 'Nobody told of an end: the call was closed by silence and the longest duration.',
  },
};
