import { errorText, type Log } from '@callscope/core/node/log.ts';
import { createTransport } from 'nodemailer';

export interface Letter {
  to: string;
  subject: string;
  /** plain text */
  text: string;
  /** whom an answer goes to */
  replyTo?: string;
  /** of this letter and no other, so that one which is sent again is known as the same (RFC 5322, 3.6.4) */
  messageId?: string;
  headers?: Record<string, string>;
  attachments?: { filename: string; content: Buffer; contentType: string }[];
}

/** Letters by the operator's mail server. */
export interface Mail {
  /** address of the portal that links begin with: never taken from a request, whose Host anybody may write */
  portalUrl: string;
  /** who reads what people ask for help with; null: nobody was named */
  support: string | null;
  /** @throws when the server does not take it */
  send(letter: Letter): Promise<void>;
  /** The same when nobody waits for it: a failure is logged, without the letter. */
  post(letter: Letter): void;
  close(): void;
}

/** @param url smtp://user:password@host:port, smtps:// for TLS from the start */
export function connectMail(url: string, from: string, portalUrl: string, support: string | undefined, log: Log): Mail {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 2,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  });
  const send = async (letter: Letter) => {
    await transport.sendMail({ from, ...letter });
  };
  return {
    portalUrl: portalUrl.replace(/\/+$/, ''),
    support: support ?? null,
    send,
    post(letter) {
      send(letter).catch((error: unknown) => log.error('a letter was not sent: see SMTP_URL', { error: errorText(error) }));
    },
    close: () => transport.close(),
  };
}
