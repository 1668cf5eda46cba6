import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, normalize, resolve } from 'node:path';

const TYPES = {
  '.json': 'application/json',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/**
 * A Vite plugin for the development server: serves folders byte for byte, before Vite sees the request.
 * Vite would refuse MediaPipe's module, because a worker imports it and it lies in `public/`.
 * @param {Record<string, string>} table URL prefix (ends with a slash) -> folder
 */
export function serveFolders(table) {
  return {
    name: 'serve-folders',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
        const prefix = Object.keys(table).find((start) => path.startsWith(start));
        if (prefix === undefined) return next();
        const inside = normalize(path.slice(prefix.length));
        const file = join(resolve(table[prefix]), inside);
        const known = !inside.startsWith('..') && (await stat(file).catch(() => null))?.isFile();
        if (!known) return response.writeHead(404).end();
        response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
        createReadStream(file).pipe(response);
      });
    },
  };
}
