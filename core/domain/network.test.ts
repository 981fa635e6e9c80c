import { expect, test } from 'vitest';
import { networkOf } from './network.ts';

test('the network of an address: 24 bits of IPv4, 64 of IPv6, however it is spelled', () => {
  expect(networkOf('192.0.2.77')).toBe('192.0.2.0/24');
  expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0::/64');
  expect(networkOf('2001:DB8:0:0:1:2:3:4')).toBe('2001:db8:0:0::/64');
  for (const none of ['', 'pbx.test', '192.0.2', '192.0.2.1:5060']) expect(networkOf(none)).toBe('');
});
