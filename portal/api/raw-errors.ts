import { type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorText } from '@callscope/core/node/log.ts';
import { Problem, problemHeaders, problemJson } from './problem.ts';

/** Errors of Node's HTTP parser and timers (llhttp, node:http); any other is a request that cannot be read. */
const KNOWN: Record<string, Problem> = {
  HPE_HEADER_OVERFLOW: new Problem(431, 'the address and header fields of a request hold at most 16 KiB together'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new Problem(413, 'the chunk extensions of this request are too large'),
  ERR_HTTP_REQUEST_TIMEOUT: new Problem(408, 'the request did not come whole in time'),
};

/** Node answers what it cannot parse with a bare status; here every error is problem+json. */
export function answerUnreadable(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex & { _httpMessage?: { _headerSent: boolean } | null }) => {
    // as Node itself does it: nothing is written into an answer under way
    if (!socket.writable || error.code === 'ECONNRESET' || socket._httpMessage?._headerSent) {
      socket.destroy(error);
      return;
    }
    const problem = KNOWN[error.code ?? ''] ?? unreadable();
    const body = problemJson(problem);
    const headers = { ...problemHeaders(problem), 'content-length': String(Buffer.byteLength(body)), connection: 'close' };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join('')}\r\n${body}`);
  });
}

/** A request of which no address can be made: a Host header that is none, for instance. */
export function unreadableResponse(error: unknown): Response {
  const problem = unreadable(errorText(error));
  return new Response(problemJson(problem), { status: problem.status, headers: problemHeaders(problem) });
}

function unreadable(why = ''): Problem {
  return new Problem(400, `this is not an HTTP request that can be read${why === '' ? '' : `: ${why}`}`);
}
