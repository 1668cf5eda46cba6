/** A plain host of a test's own: the build, or a changed copy of it, from a process that can be ended and begun again. */

import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('plain-host.mjs', import.meta.url));
const BUILD = fileURLToPath(new URL('../../dist/', import.meta.url));

export class OwnHost {
  #process: ChildProcess | null = null;
  #port = '0';
  readonly #folder = mkdtempSync(join(tmpdir(), 'memo-host-'));

  /** A copy of the build, served; with another bundle in place of its own where a folder is given. */
  static async open(bundle = ''): Promise<OwnHost> {
    const host = new OwnHost();
    cpSync(BUILD, host.#folder, { recursive: true });
    // over it: the licence and the card are on the build's list of files
    if (bundle !== '') cpSync(bundle, join(host.#folder, 'models', 'small'), { recursive: true });
    await host.start();
    return host;
  }

  get url(): string {
    return `http://localhost:${this.#port}/`;
  }

  /** On the same port as before. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [SCRIPT, this.#folder, this.#port], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    this.#port = line.toString().trim();
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child === null) return;
    this.#process = null;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.#folder, path), text);
  }

  /** As a new build would: another page, and a service worker that names it. */
  deploy(marker: string): void {
    const page = readFileSync(join(this.#folder, 'index.html'), 'utf8');
    const worker = readFileSync(join(this.#folder, 'service-worker.js'), 'utf8');
    const next = page.replace('</body>', `<p id="${marker}"></p></body>`);
    const version = /version:[`"']([0-9a-f]{16})[`"']/.exec(worker)?.[1];
    if (version === undefined) throw new Error('the service worker names no version');
    this.write('index.html', next);
    const renewed = worker
      .replaceAll(sha256(page), sha256(next))
      .replaceAll(version, sha256(marker).slice(0, 16));
    this.write('service-worker.js', renewed);
  }

  /** Before {@link deploy}: a script of the new build has another name, as it has whenever something in it, or that it imports, changed. */
  rename(script: string): void {
    const old = new RegExp(`^${script}-(.*)\\.js$`);
    const names = readdirSync(join(this.#folder, 'assets'));
    const [name, hash] = names.map((file) => old.exec(file)).find((found) => found !== null) ?? [];
    if (name === undefined || hash === undefined) throw new Error(`the build has no script ${script}`);
    const next = name.replace(hash, [...hash].reverse().join(''));
    renameSync(join(this.#folder, 'assets', name), join(this.#folder, 'assets', next));
    let worker = readFileSync(join(this.#folder, 'service-worker.js'), 'utf8').replaceAll(name, next);
    for (const file of names.filter((other) => other.endsWith('.js') && other !== name)) {
      const before = readFileSync(join(this.#folder, 'assets', file), 'utf8');
      const after = before.replaceAll(name, next);
      if (after === before) continue;
      this.write(`assets/${file}`, after);
      worker = worker.replaceAll(sha256(before), sha256(after));
    }
    this.write('service-worker.js', worker);
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
