import { defineConfig } from 'vitest/config';

/** Three sizes: unit stands beside its source, medium has real servers, large is what takes minutes. */
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
      {
        test: { name: 'medium', include: ['test/medium/**/*.test.ts'], fileParallelism: false, testTimeout: 90_000, hookTimeout: 400_000 },
      },
      {
        test: {
          name: 'large',
          include: ['test/faults/**/*.test.ts', 'test/edge/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 400_000,
        },
      },
    ],
  },
});
