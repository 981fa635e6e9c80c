import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';

/**
 * The only maker of ClickHouse clients; used by ingest/write, analytics/run and the migrations.
 * @param url http://user:password@host:port/database @param patience ms without a byte of an answer after which a request has failed
 */
export function connectClickhouse(url: string, application: string, patience = 60_000): ClickHouseClient {
  return createClient({
    url,
    application,
    request_timeout: patience,
    max_open_connections: 8,
    keep_alive: { enabled: true, idle_socket_ttl: 2_500 },
    // what fails is thrown, and whoever asked says it in our own log
    log: { level: ClickHouseLogLevel.OFF },
    compression: { request: false, response: false },
  });
}
