import { z } from 'zod';

/** OpenSIPS did not answer, or not as MI does. */
export class MiUnreachable extends Error {}
/** OpenSIPS answered with an error; the message is its own word, the code mostly one of SIP's. */
export class MiRefused extends Error {
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

const LIMIT_MS = 4_000;

const reply = z.union([z.object({ error: z.object({ code: z.number(), message: z.string() }) }), z.object({ result: z.unknown() })]);

export type Mi = ReturnType<typeof miClient>;

/**
 * OpenSIPS' management interface: JSON-RPC 2.0 over HTTP (module mi_http).
 * @param url e.g. http://127.0.0.1:8888/mi
 */
export function miClient(url: string) {
  let count = 0;
  return {
    /**
     * @param method e.g. `dialog:list` @param schema what the result looks like
     * @throws MiUnreachable, MiRefused
     */
    async ask<T>(method: string, params: Record<string, string | number | string[]>, schema: z.ZodType<T>): Promise<T> {
      let body: unknown;
      try {
        const response = await fetch(url, {
          method: 'POST',
          // without it OpenSIPS takes the request for an empty one and never answers
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            jsonrpc: '2.0',
            id: String(++count),
            method,
            ...(Object.keys(params).length > 0 ? { params } : {}),
          }),
          signal: AbortSignal.timeout(LIMIT_MS),
        });
        body = await response.json();
      } catch (cause) {
        throw new MiUnreachable(`OpenSIPS does not answer ${method}`, { cause });
      }
      const read = reply.safeParse(body);
      if (!read.success) throw new MiUnreachable(`OpenSIPS answered ${method} with what is no JSON-RPC`);
      if ('error' in read.data) throw new MiRefused(`${method}: ${read.data.error.message}`, read.data.error.code);
      const result = schema.safeParse(read.data.result);
      if (!result.success) throw new MiUnreachable(`OpenSIPS answered ${method} in another form than expected`, { cause: result.error });
      return result.data;
    },
  };
}
