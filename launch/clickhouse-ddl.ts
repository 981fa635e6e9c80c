export interface Migration {
  id: string;
  sql: string;
  checksum: string;
}

/** A migration's statements as one server takes them or, with a cluster (a name of its `remote_servers`), as all of its servers do. */
export function statementsOf({ sql }: Pick<Migration, 'sql'>, cluster: string | null): string[] {
  return shaped(sql, cluster)
    .split(/;[ \t]*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement.split('\n').some((line) => line.trim() !== '' && !line.trim().startsWith('--')));
}

/** Engines that copy themselves find their place in Keeper by the server's own defaults (default_replica_path, default_replica_name). */
function shaped(sql: string, cluster: string | null): string {
  const [where, copies] = cluster === null ? ['', ''] : [`ON CLUSTER '${cluster}'`, 'Replicated'];
  const text = sql
    .replaceAll('{on_cluster}', where)
    .replaceAll('{engine}', `${copies}MergeTree`)
    .replaceAll('{replacing_engine}', `${copies}ReplacingMergeTree`);
  return cluster === null ? text : text.replaceAll('non_replicated_deduplication_window', 'replicated_deduplication_window');
}

/**
 * What a cluster is given before the first start: all migrations, the note that they are made, and over each table one that asks every
 * shard. A company's rows lie on one shard, so that what the product reads and changes is a table of one server and its copies;
 * packets, which belong to nobody yet, are spread by their Call-ID, counts of frames by their edge.
 */
export function clusterDdl(migrations: readonly Migration[], cluster: string): string {
  const where = `ON CLUSTER '${cluster}'`;
  const made = migrations.flatMap((migration) => [
    `-- ${migration.id}`,
    ...statementsOf(migration, cluster).map((statement) => `${statement};`),
    `INSERT INTO schema_migrations (id, checksum) VALUES ('${migration.id}', '${migration.checksum}');`,
  ]);
  const tables = migrations
    .flatMap((migration) => statementsOf(migration, cluster))
    .flatMap((statement) => [...statement.matchAll(/^CREATE TABLE IF NOT EXISTS (\w+)([\s\S]*?)\n\)/gm)])
    .map(([, table, columns = '']) => {
      const key = ['tenant', 'call_id', 'edge'].find((column) => new RegExp(`\\b${column}\\b`).test(columns));
      return `CREATE TABLE IF NOT EXISTS ${table}_of_all ${where} AS ${table} ENGINE = Distributed('${cluster}', currentDatabase(), ${table}, cityHash64(${key}));`;
    });
  return [
    `CREATE TABLE IF NOT EXISTS schema_migrations ${where} (id String, checksum String, applied_at DateTime DEFAULT now()) ENGINE = ReplicatedMergeTree ORDER BY id;`,
    ...made,
    '-- For questions by hand: every shard at once.',
    ...tables,
    '',
  ].join('\n');
}
