/**
 * Everything that tries to leave: a proxy that all of a browser's connections to other origins must take, whoever opens them (page,
 * worker, service worker, beacon, WebSocket), and that lets none through; and in the page what no proxy sees.
 */

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext } from '@playwright/test';

/** Chromium's own question about forms, which no page sends and no flag of Playwright's stops. */
const BROWSERS_OWN = 'CONNECT content-autofill.googleapis.com:443';
const OWN_SCHEMES = ['http:', 'https:', 'ws:', 'wss:'];

export class Witness {
  readonly #seen = new Set<string>();

  private constructor(
    private readonly server: Server,
    /** Whose requests are nobody's business. */
    private readonly origins: readonly string[],
  ) {
    // the target's full address, or `host:port` for what is encrypted
    const note = ({ method, url }: IncomingMessage) => {
      const seen = `${method} ${url}`;
      if (seen !== BROWSERS_OWN) this.#seen.add(seen);
    };
    server.on('request', (request: IncomingMessage, response) => {
      note(request);
      response.writeHead(403).end();
    });
    for (const event of ['connect', 'upgrade']) {
      server.on(event, (request: IncomingMessage, socket) => {
        note(request);
        socket.destroy();
      });
    }
  }

  static async open(...origins: readonly string[]): Promise<Witness> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Witness(server, origins);
  }

  /** For a new context: only the page's own host and port go past the proxy. */
  get proxy(): { server: string; bypass: string } {
    const { port } = this.server.address() as AddressInfo;
    return {
      server: `http://127.0.0.1:${port}`,
      bypass: this.origins.map((origin) => new URL(origin).host).join(','),
    };
  }

  /** What was seen so far; from now on it counts as not seen. */
  take(): readonly string[] {
    const seen = [...this.#seen];
    this.#seen.clear();
    return seen;
  }

  async watch(context: BrowserContext): Promise<void> {
    const note = (url: string) => {
      const { protocol, origin } = new URL(url);
      if (OWN_SCHEMES.includes(protocol) && !this.origins.includes(origin)) this.#seen.add(url);
    };
    // requests that a test answers itself reach no proxy
    context.on('request', (request) => note(request.url()));
    context.on('page', (page) => page.on('websocket', (socket) => note(socket.url())));
    context.on('console', (message) => {
      // workers tell of a forbidden request in the console alone
      if (/violates the following Content Security Policy/.test(message.text()))
        this.#seen.add(message.text());
    });
    await context.exposeBinding('memoWitness', (_source, what: string) => void this.#seen.add(what));
    await context.addInitScript(witnessPage);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** In every document before its own scripts: what is not HTTP, and what the policy stopped before it could go. */
function witnessPage(): void {
  const tell = (what: string) =>
    void (window as unknown as { memoWitness(what: string): Promise<void> }).memoWitness(what);
  for (const name of ['RTCPeerConnection', 'WebTransport'] as const) {
    const Original = window[name] as unknown as (new (...parts: unknown[]) => object) | undefined;
    if (Original === undefined) continue;
    const watched = new Proxy(Original, {
      construct(target, parts: unknown[]) {
        tell(`${name} ${JSON.stringify(parts)}`);
        return Reflect.construct(target, parts) as object;
      },
    });
    Object.defineProperty(window, name, { value: watched, configurable: true, writable: true });
  }
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    tell(`policy: ${violatedDirective} ${blockedURI}`),
  );
}
