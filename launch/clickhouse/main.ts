import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocks, readConfig } from '@callscope/core/node/config.ts';
import { runService } from '@callscope/core/node/lifecycle.ts';
import { Session } from 'chdb';
import { ENGINE_CONFIG } from './engine-config.ts';
import { serveClickhouse } from './http.ts';

const DATABASE = 'callscope';

/** The one owner of the embedded store's directory; everybody else speaks HTTP to it. */
await runService('clickhouse', async (service) => {
  const config = readConfig(blocks.data, blocks.embeddedClickhouse);
  const path = join(config.DATA_DIR, 'clickhouse');
  const tmp = join(config.DATA_DIR, 'tmp');
  mkdirSync(path, { recursive: true });
  rmSync(tmp, { recursive: true, force: true });
  mkdirSync(tmp, { recursive: true });
  const engineConfig = join(config.DATA_DIR, 'clickhouse.xml');
  writeFileSync(engineConfig, ENGINE_CONFIG);
  const connectionArgs = [`--config-file=${engineConfig}`];
  const first = new Session(path, { connectionArgs });
  first.query(`CREATE DATABASE IF NOT EXISTS ${DATABASE} ENGINE = Atomic`);
  const { server, close } = await serveClickhouse({
    host: '127.0.0.1',
    port: config.CLICKHOUSE_PORT,
    user: 'callscope',
    password: config.CLICKHOUSE_PASSWORD,
    database: DATABASE,
    tmp,
    open: () => {
      const session = new Session(path, { connectionArgs });
      session.query(`USE ${DATABASE}`);
      return session;
    },
  });
  service.onStop('engine', () => first.close());
  service.onStop('http', close);
  await new Promise<void>((done, failed) => {
    server.once('error', (cause) => failed(new Error(`CLICKHOUSE_PORT ${config.CLICKHOUSE_PORT}`, { cause })));
    server.listen(config.CLICKHOUSE_PORT, '127.0.0.1', done);
  });
  service.setHealth(() => ({ failing: null }));
});
