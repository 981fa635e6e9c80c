import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '@callscope/core/node/config.ts';
import { formatText } from '@callscope/core/node/log.ts';
import { onPath } from '@callscope/launch/supervise.ts';

const LAUNCHER = fileURLToPath(import.meta.resolve('@callscope/launch/main.ts'));
const STOP_LIMIT_MS = 18_000;
const LOOK_MS = 150;

export class SystemEnded extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`the system ended with ${code}`);
    this.code = code;
  }
}

export interface RunningSystem {
  /** resolves when every part is ready. @throws SystemEnded */
  ready: Promise<void>;
  ended: Promise<number>;
  stop(): Promise<void>;
}

/**
 * `npm start` as a child, its log line by line in readable form. It is told to stop when the demo dies, however that
 * happens (PR_SET_PDEATHSIG through setpriv).
 * @param settings environment on top of this process' own
 */
export function startSystem(
  settings: Record<string, string>,
  portal: string,
  format: 'json' | 'text',
  write: (line: string) => void,
): RunningSystem {
  const [file = '', ...args] = [...(onPath('setpriv') ? ['setpriv', '--pdeathsig', 'TERM', '--'] : []), process.execPath, LAUNCHER];
  const child: ChildProcess = spawn(file, args, {
    env: childEnvironment({ ...settings, LOG_FORMAT: 'json' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') write(format === 'text' ? readable(line) : line);
    });
  }
  const ended = new Promise<number>((done) => {
    child.once('error', () => done(1));
    child.once('exit', (code, signal) => done(code ?? (signal === 'SIGTERM' ? 0 : 1)));
  });
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const ready = (async () => {
    for (;;) {
      if (over) throw new SystemEnded(await ended);
      const answer = await fetch(`${portal}/healthz`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.status === 200) return;
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  })();
  // seen where it is awaited
  ready.catch(() => undefined);
  return {
    ready,
    ended,
    stop: async () => {
      if (over) return;
      child.kill('SIGTERM');
      const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await ended;
      clearTimeout(limit);
    },
  };
}

function readable(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    return formatText(JSON.parse(line) as Record<string, unknown>);
  } catch {
    return line;
  }
}
