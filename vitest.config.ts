import { defineConfig } from 'vitest/config';

/**
 * Four sizes: unit stands beside its source, medium has real servers, browser looks at pages, large ends processes and fills disks. What takes
 * the better part of an hour, faults under load, is no part of `npm test`: npm run test:faults.
 * Files of medium run two at a time (each has its own system on its own ports, and mostly waits); browser and large have the machine to themselves.
 */
const SERVERS = { testTimeout: 180_000, hookTimeout: 400_000 };
const TWO_AT_A_TIME = { fileParallelism: true, maxWorkers: 2 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/medium/**', 'test/e2e/**', 'test/faults/**', 'test/edge/**'],
          testTimeout: 30_000,
        },
      },
      { test: { name: 'medium', include: ['test/medium/**/*.test.ts'], ...SERVERS, ...TWO_AT_A_TIME } },
      { test: { name: 'browser', include: ['test/e2e/**/*.test.ts'], ...SERVERS, fileParallelism: false, testTimeout: 240_000 } },
      {
        test: {
          name: 'large',
          include: ['test/faults/*.test.ts', 'test/edge/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 400_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/under-load/**/*.test.ts'],
          ...SERVERS,
          fileParallelism: false,
          testTimeout: 1_800_000,
        },
      },
    ],
  },
});
