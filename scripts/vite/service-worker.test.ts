import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { expect, it } from 'vitest';
import { serviceWorker } from './service-worker.mjs';

it('is not asked for of a build that failed, whose own error is told', async () => {
  const root = mkdtempSync(join(tmpdir(), 'memo-failed-'));
  writeFileSync(join(root, 'index.js'), "import './gone.js';\n");
  const failing = build({
    ...{ root, configFile: false, logLevel: 'silent', plugins: [serviceWorker({ root })] },
    build: { rollupOptions: { input: join(root, 'index.js') } },
  });
  await expect(failing).rejects.toThrow('gone.js');
  rmSync(root, { recursive: true });
});
