import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a service of speech was asked, as it came over the wire. */
export interface HeardAudio {
  authorization: string | undefined;
  path: string;
  fields: Record<string, string>;
  name: string;
  audio: Buffer;
}

/** What it hears of each side, whatever is sent. */
export const SAID = {
  left: [
    { id: 0, start: 0.2, end: 1.5, text: ' Здравствуйте, хочу расторгнуть договор.' },
    { id: 1, start: 5, end: 6, text: ' Спасибо!' },
  ],
  right: [{ id: 0, start: 2, end: 4.5, text: ' Соединяю с отделом договоров.' }],
};

/** A service that speaks as OpenAI's does, by HTTP; what it hears follows from the side that it was sent. */
export class SpeechService {
  readonly heard: HeardAudio[] = [];
  /** what it answers next instead of text */
  refuses: { status: number; body: string } | null = null;
  readonly #server = createServer(async (request, response) => {
    const form = await new Response(await new Response(request as never).arrayBuffer(), {
      headers: { 'content-type': String(request.headers['content-type']) },
    }).formData();
    const file = form.get('file') as File;
    const fields = Object.fromEntries([...form].filter(([key]) => key !== 'file').map(([key, value]) => [key, String(value)]));
    const audio = Buffer.from(await file.arrayBuffer());
    this.heard.push({ authorization: request.headers.authorization, path: String(request.url), fields, name: file.name, audio });
    response.setHeader('content-type', 'application/json');
    if (this.refuses) {
      response.statusCode = this.refuses.status;
      response.end(this.refuses.body);
      return;
    }
    const segments = file.name.startsWith('left') ? SAID.left : SAID.right;
    response.end(JSON.stringify({ task: 'transcribe', language: 'ru', duration: 7, text: segments.map((s) => s.text).join(''), segments }));
  });

  static async start(): Promise<SpeechService> {
    const service = new SpeechService();
    await new Promise<void>((done) => service.#server.listen(0, '127.0.0.1', done));
    return service;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  end(): void {
    this.#server.close();
  }
}
