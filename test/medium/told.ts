import { createServer, type Server } from 'node:http';
import { type Letter, startMailServer } from './mail-server.ts';
import { freePort } from './stack.ts';

export interface ToldByRequest {
  body: string;
  headers: NodeJS.Dict<string | string[]>;
}

/** A mail server and a program that are told things, and keep what they were told. */
export interface Told {
  letters: Letter[];
  asked: ToldByRequest[];
  /** what the program answers */
  answer: number | 'nothing';
  smtpUrl: string;
  /** of the program */
  address: string;
  close(): Promise<void>;
}

export async function startTold(): Promise<Told> {
  const [mail, hookPort] = [await startMailServer(), await freePort()];
  const asked: ToldByRequest[] = [];
  const told: Told = {
    ...{ letters: mail.letters, asked, answer: 204, smtpUrl: mail.url, address: `http://127.0.0.1:${hookPort}/told` },
    close: async () => {
      hook.closeAllConnections();
      await new Promise((done) => hook.close(done));
      await mail.close();
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
