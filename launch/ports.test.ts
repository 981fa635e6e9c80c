import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { anyFreePort, portFor, requireDistinct, requireFree, type WantedPort } from './ports.ts';

const wanted = (more: Partial<WantedPort>): WantedPort => ({
  setting: 'HEP_PORT',
  port: 9060,
  hostSetting: 'EDGE_HOST',
  host: '127.0.0.1',
  protocols: ['tcp', 'udp'],
  ...more,
});

test('a port that is taken for UDP alone is told, with who has it', async () => {
  const socket = createSocket('udp4');
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  const { port } = socket.address();
  await expect(requireFree(wanted({ port, protocols: ['udp'] }))).rejects.toThrow(
    new RegExp(`^port ${port} is taken( by .+ \\(pid ${process.pid}\\))? \\(UDP\\): choose another with HEP_PORT`),
  );
  await new Promise<void>((done) => socket.close(done));
  await requireFree(wanted({ port, protocols: ['udp'] }));
});

test('an address that this machine has not, and a name that nobody knows, are told as such', async () => {
  // TEST-NET-3 (RFC 5737), and a name that never resolves (RFC 6761)
  await expect(requireFree(wanted({ host: '203.0.113.9' }))).rejects.toThrow('EDGE_HOST 203.0.113.9 is not an address of this machine');
  await expect(requireFree(wanted({ host: 'nowhere.invalid', protocols: ['tcp'] }))).rejects.toThrow(
    'EDGE_HOST nowhere.invalid is neither',
  );
});

test('two settings cannot have one port; 0 is nobody’s', () => {
  expect(() => requireDistinct([wanted({}), wanted({ setting: 'PORTAL_PORT' })])).toThrow('HEP_PORT and PORTAL_PORT are both 9060');
  requireDistinct([wanted({ port: 0 }), wanted({ port: 0, setting: 'PORTAL_PORT' })]);
});

test('an embedded service does not take what another setting asks for', async () => {
  const port = await anyFreePort();
  expect(await portFor('NATS_PORT', port, [port])).not.toBe(port);
});
