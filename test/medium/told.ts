import { createServer, type Server } from 'node:http';
import { SMTPServer } from 'smtp-server';
import { freePort } from './stack.ts';

export interface ToldByLetter {
  to: string[];
  subject: string;
  text: string;
}
export interface ToldByRequest {
  body: string;
  headers: NodeJS.Dict<string | string[]>;
}

/** A mail server and a program that are told things, and keep what they were told. */
export interface Told {
  letters: ToldByLetter[];
  asked: ToldByRequest[];
  /** what the program answers */
  answer: number | 'nothing';
  smtpUrl: string;
  /** of the program */
  address: string;
  close(): Promise<void>;
}

export async function startTold(): Promise<Told> {
  const [mailPort, hookPort] = [await freePort(), await freePort()];
  const letters: ToldByLetter[] = [];
  const asked: ToldByRequest[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        letters.push({ to: session.envelope.rcptTo.map(({ address: to }) => to), ...letterOf(Buffer.concat(parts).toString()) });
        done();
      });
    },
  });
  await new Promise<void>((done) => smtp.listen(mailPort, '127.0.0.1', done));
  const told: Told = {
    ...{ letters, asked, answer: 204, smtpUrl: `smtp://127.0.0.1:${mailPort}`, address: `http://127.0.0.1:${hookPort}/told` },
    close: async () => {
      hook.closeAllConnections();
      await new Promise((done) => hook.close(done));
      await new Promise<void>((done) => smtp.close(() => done()));
    },
  };
  const hook: Server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += String(part);
    asked.push({ body, headers: request.headers });
    if (told.answer !== 'nothing') response.writeHead(told.answer).end();
  });
  await new Promise<void>((done) => hook.listen(hookPort, '127.0.0.1', done));
  return told;
}

/** Subject and text of a letter in plain text, as nodemailer writes it. */
function letterOf(source: string): { subject: string; text: string } {
  const at = source.indexOf('\r\n\r\n');
  const [head, body] = [source.slice(0, at), source.slice(at + 4)];
  const quoted = (text: string) =>
    Buffer.from(
      text.replaceAll('=\r\n', '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    ).toString();
  const [, subject = ''] = /^Subject: ((?:.|\r\n[ \t])*)\r\n/im.exec(`${head}\r\n`) ?? [];
  const words = subject
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_, how: string, text: string) =>
      how.toUpperCase() === 'B' ? Buffer.from(text, 'base64').toString() : quoted(text.replaceAll('_', ' ')),
    );
  const isBase64 = /Content-Transfer-Encoding: base64/i.test(head);
  return { subject: words, text: isBase64 ? Buffer.from(body, 'base64').toString() : quoted(body) };
}
