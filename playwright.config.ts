import { defineConfig } from '@playwright/test';

const port = Number(process.env['MEMO_TEST_PORT'] ?? 4823);

export default defineConfig({
  testDir: 'tests',
  testMatch: '**/*.e2e.ts',
  outputDir: 'test-results/artifacts',
  // two cores: models of neighbouring tests would starve one another
  workers: 1,
  fullyParallel: false,
  // a shared machine may stand still for seconds: once more there, and told as flaky
  retries: process.env['CI'] === undefined ? 0 : 1,
  timeout: 120_000,
  expect: { timeout: 60_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  use: { baseURL: `http://localhost:${port}/` },
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview --port ${port} --strictPort`,
    url: `http://localhost:${port}/`,
    reuseExistingServer: false,
  },
});
