import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@callscope/core/node/log.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensurePackages, MissingPackages, NATS_SERVER } from './install.ts';

const UNIT_LINK = '/etc/systemd/system/multi-user.target.wants/nats-server.service';
const path = process.env.PATH;
const quiet = createLog('launch', { format: 'json', write: () => undefined });

/** A PATH with commands that write down what is asked of them: nothing is installed on this machine. */
let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'callscope-'));
  for (const name of ['sh', 'ln', 'sleep'])
    symlinkSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), join(bin, name));
  stand('rm', '');
  stand('sudo', 'shift; exec "$@"', false);
  process.env.PATH = bin;
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(bin, { recursive: true, force: true });
});

function stand(name: string, does: string, isWritten = true): void {
  const words = isWritten ? `echo "${name} $*" >> ${bin}/asked\n` : '';
  writeFileSync(join(bin, name), `#!${bin}/sh\n${words}${does}\n`);
  chmodSync(join(bin, name), 0o755);
}

const asked = () => readFileSync(join(bin, 'asked'), 'utf8').trim().split('\n');
const INSTALLS = '[ "$1" = update ] || ln -s sh "$PATH/nats-server"';
const APT = ['apt-get update -qq', 'apt-get install -y -qq --no-install-recommends nats-server'];

test("with systemd Debian's unit of the bus is masked while it is installed, then neither masked nor enabled", () => {
  stand('systemctl', '');
  stand('apt-get', INSTALLS);
  ensurePackages([NATS_SERVER], false, quiet);
  expect(asked()).toEqual([
    'systemctl mask --quiet nats-server.service',
    ...APT,
    'systemctl unmask --quiet nats-server.service',
    'systemctl disable --quiet nats-server.service',
  ]);
});

test('an installation that fails leaves no mask behind and names its command', () => {
  stand('systemctl', '');
  stand('apt-get', '[ "$1" = update ] || { echo E: no space left; exit 100; }');
  expect(() => ensurePackages([NATS_SERVER], false, quiet)).toThrow(MissingPackages);
  expect(asked().slice(-2)).toEqual([APT[1], 'systemctl unmask --quiet nats-server.service']);
});

test.skipIf(existsSync(UNIT_LINK))('without systemctl the link that enables the unit goes', () => {
  stand('apt-get', INSTALLS);
  ensurePackages([NATS_SERVER], false, quiet);
  expect(asked()).toEqual([...APT, `rm -f ${UNIT_LINK}`]);
});

test('a long installation says that it goes on, a failed one what was said', () => {
  const shown = (command: string) => {
    try {
      return execFileSync(process.execPath, [new URL('./show-progress.ts', import.meta.url).pathname, 'sh', '-c', command], {
        encoding: 'utf8',
        env: { PATH: bin, LOG_FORMAT: 'json' },
      });
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: string };
      return `${status} ${stdout}`;
    }
  };
  expect(shown('echo Unpacking nats-server; sleep 4.5')).toMatch(/"still installing","seconds":4,"now":"Unpacking nats-server"/);
  expect(shown('echo E: no route to the archive; exit 100')).toMatch(/^100 .*"said":"E: no route to the archive"/);
});
