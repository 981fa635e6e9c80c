import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { directorySchema } from '../domain/directory.ts';
import { decodeDirectoryBody, encodeDirectoryBody } from './directory-body.ts';
import { MAX_MESSAGE_BYTES } from './streams.ts';

test('small and large directories come back as they were', async () => {
  for (const count of [0, 3, 5_000]) {
    const employees = Array.from({ length: count }, (_, i) => ({ id: `e${i}`, name: `Имя ${i}`, extensions: [String(100 + i)] }));
    const body = directorySchema.parse({ employees });
    expect(decodeDirectoryBody(await encodeDirectoryBody(body))).toEqual(body);
  }
});

test('whatever fits into a request of REST fits through the bus', async () => {
  // the least that an employee can say, so that defaults weigh most, and letters that cannot be guessed
  const unguessable = randomBytes(8 << 20).map((byte) => 48 + (byte % 74));
  unguessable.forEach((byte, i) => {
    if (byte === 92) unguessable[i] = 33;
  });
  for (const length of [4, 200]) {
    const employees: object[] = [];
    let bytes = 0;
    for (let at = 0; bytes + length + 64 < MAX_MESSAGE_BYTES && at + length < unguessable.length; at += length) {
      const employee = { id: `e${employees.length}`, name: Buffer.from(unguessable.subarray(at, at + length)).toString('latin1') };
      bytes += JSON.stringify(employee).length + 1;
      employees.push(employee);
    }
    const body = directorySchema.parse({ employees });
    expect(JSON.stringify(body).length).toBeGreaterThan(7 << 20);
    expect((await encodeDirectoryBody(body)).length).toBeLessThan(MAX_MESSAGE_BYTES);
  }
});
