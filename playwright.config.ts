import { defineConfig } from '@playwright/test';

/** Without a model, or with one that answers by rule: two of them at once leave each other be. */
const LIGHT = [
  ...[
    'accessibility',
    'actor-sound',
    'crop-parity',
    'devices-chosen',
    'devices-shown',
    'element',
    'element-now',
    'embed-frame',
    'frameworks',
    'gallery',
    'guide',
    'host-pages',
    'keyboard',
    'language',
    'leaving',
  ],
  ...['looks', 'narrow', 'nothing-leaves', 'page', 'styling', 'timeline', 'touch', 'typed-beside-file'],
].map((name) => `**/${name}.e2e.ts`);

const port = Number(process.env['MEMO_TEST_PORT'] ?? 4823);

export default defineConfig({
  testDir: 'tests',
  // `npm test` runs them one after the other, the light ones by twos
  projects: [
    {
      name: 'light',
      testMatch: LIGHT,
      fullyParallel: true,
      outputDir: 'test-results/artifacts/light',
    },
    {
      name: 'models',
      testMatch: '**/*.e2e.ts',
      testIgnore: LIGHT,
      outputDir: 'test-results/artifacts/models',
    },
  ],
  // two cores: models of neighbouring tests would starve one another
  workers: 1,
  fullyParallel: false,
  // a shared machine may stand still for seconds: once more there, and told as flaky
  retries: process.env['CI'] === undefined ? 0 : 1,
  timeout: 120_000,
  expect: { timeout: 60_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [
    ['list'],
    ['json', { outputFile: `test-results/${process.env['MEMO_TEST_REPORT'] ?? 'playwright'}.json` }],
  ],
  use: { baseURL: `http://localhost:${port}/` },
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview --port ${port} --strictPort`,
    url: `http://localhost:${port}/`,
    reuseExistingServer: false,
  },
});
