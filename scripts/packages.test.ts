/** What is installed is what was looked at: exact versions, and a lock that vouches for every byte; what sentences tell users to run, they have. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Package {
  readonly bin: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly overrides: Record<string, string | Record<string, string>>;
  readonly engines: { readonly node: string };
}
interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly engines?: { readonly node?: string };
}

const own = JSON.parse(readFileSync('package.json', 'utf8')) as Package;
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  lockfileVersion: number;
  packages: Record<string, Locked>;
};

const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const overridden = Object.values(own.overrides).flatMap((override) =>
  typeof override === 'string' ? [override] : Object.values(override),
);

describe('package.json', () => {
  it.each(Object.entries({ ...own.dependencies, ...own.devDependencies }))(
    'has %s exactly: %s',
    (name, version) => {
      expect(version).toMatch(EXACT);
      expect(lock.packages[`node_modules/${name}`]?.version).toBe(version);
    },
  );

  it('wants the Node that Vite does, and README and CONTRIBUTING name', () => {
    expect(own.engines.node).toBe('^20.19.0 || >=22.12.0');
    for (const wants of ['', 'node_modules/vite'])
      expect(lock.packages[wants]?.engines?.node).toBe(own.engines.node);
    for (const page of ['README.md', 'CONTRIBUTING.md'])
      expect(readFileSync(page, 'utf8')).toContain('Node 20.19 or later (of 22: 22.12; not 21)');
  });

  it.each(overridden)('overrides exactly: %s', (version) => {
    // $name is the version that package.json itself has
    expect(version.startsWith('$') ? '0.0.0' : version.slice(version.lastIndexOf('@') + 1)).toMatch(EXACT);
  });
});

it('has every command that a sentence of the code names, and no other is named', () => {
  const shipped = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !/\.test\.ts$|[\\/]testing[\\/]/.test(path),
  );
  const named = shipped.flatMap((path) =>
    [
      ...readFileSync(`src/${path}`, 'utf8').matchAll(/\b(?:npx|node|npm run) [a-z][\w-]*(?:[-/][\w.]+)+/g),
    ].map(String),
  );
  expect(new Set(named)).toEqual(new Set(Object.keys(own.bin).map((command) => `npx ${command}`)));
});

describe('package-lock.json', () => {
  it('has a sha512 of every package', () => {
    expect(lock.lockfileVersion).toBe(3);
    const rest = Object.entries(lock.packages).filter(
      ([path, { integrity, link }]) =>
        path !== '' && link !== true && integrity?.startsWith('sha512-') !== true,
    );
    expect(rest.map(([path]) => path)).toEqual([]);
  });
});
