import { SMTPServer } from 'smtp-server';
import { freePort } from './stack.ts';

export interface Letter {
  to: string[];
  subject: string;
  text: string;
  headers: string;
  files: { name: string; content: Buffer }[];
}

/** A mail server that keeps what it was given. */
export interface MailServer {
  url: string;
  letters: Letter[];
  /** hangs: it takes a letter and never says so */
  mood: 'takes' | 'refuses' | 'hangs';
  /** letters that came whole, also those that it does not own up to */
  reached: number;
  close(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const port = await freePort();
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => done(server.mood === 'refuses' ? new Error('mailbox is full') : null),
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        server.reached++;
        // the answer never comes: whoever waits for it may die meanwhile
        if (server.mood === 'hangs') return;
        const to = session.envelope.rcptTo.map(({ address }) => address);
        server.letters.push(letterOf(to, Buffer.concat(parts).toString('latin1')));
        done();
      });
    },
  });
  const server: MailServer = {
    ...{ url: `smtp://127.0.0.1:${port}`, letters: [], mood: 'takes', reached: 0 },
    close: () => new Promise<void>((done) => smtp.close(() => done())),
  };
  await new Promise<void>((done) => smtp.listen(port, '127.0.0.1', done));
  return server;
}

/** A letter as nodemailer writes it: MIME with base64 or quoted-printable parts. */
function letterOf(to: string[], source: string): Letter {
  const [head = ''] = source.split('\r\n\r\n', 1);
  const boundary = /boundary="?([^"\r\n;]+)/.exec(head)?.[1];
  const pieces = boundary === undefined ? [source] : source.split(`--${boundary}`).slice(1, -1);
  const parts = pieces.map((piece) => {
    const at = piece.indexOf('\r\n\r\n');
    const [about, body] = [piece.slice(0, at), piece.slice(at + 4)];
    const content = /base64/i.test(about)
      ? Buffer.from(body.replace(/\s/g, ''), 'base64')
      : Buffer.from(
          body.replaceAll('=\r\n', '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
          'latin1',
        );
    return { about, content };
  });
  const words = (text: string) =>
    text.replace(/\r\n\s+/g, ' ').replace(/=\?UTF-8\?([QB])\?([^?]*)\?=\s*/gi, (_, kind: string, data: string) => {
      if (kind.toUpperCase() === 'B') return Buffer.from(data, 'base64').toString();
      return Buffer.from(
        data.replaceAll('_', ' ').replace(/=([0-9A-F]{2})/g, (_m, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        'latin1',
      ).toString();
    });
  const files = parts.filter(({ about }) => /attachment/i.test(about));
  return {
    to,
    headers: head,
    subject: words(/^Subject: ((?:.*)(?:\r\n\s+.*)*)/m.exec(head)?.[1] ?? ''),
    text: parts.find(({ about }) => !/attachment/i.test(about))?.content.toString() ?? '',
    files: files.map(({ about, content }) => ({ name: words(/filename[^=]*=([\s\S]*)$/.exec(about)?.[1] ?? ''), content })),
  };
}
