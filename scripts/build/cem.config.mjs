/** `custom-elements.json` and what editors read of it, from the elements' own comments. */

import { customElementJetBrainsPlugin } from 'custom-element-jet-brains-integration';
import { customElementVsCodePlugin } from 'custom-element-vs-code-integration';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { attributeValues } from './attribute-values.mjs';
import { cssPresets } from './css-presets.mjs';
import { MODULE, shipAsOne } from './shipped-manifest.mjs';

/** A user has no use for what is private, and the manifest says what is public. */
function publicOnly() {
  return {
    name: 'memo-public-only',
    packageLinkPhase({ customElementsManifest }) {
      for (const { declarations = [] } of customElementsManifest.modules) {
        for (const declaration of declarations) {
          declaration.members = declaration.members?.filter(
            ({ name, privacy = 'public', static: isStatic }) =>
              privacy === 'public' && !isStatic && !name.startsWith('#') && !HOOKS.has(name),
          );
          // Lit's class, cast to what types the events, has no name there
          if (declaration.superclass?.name === undefined)
            declaration.superclass &&= { name: 'LitElement', package: 'lit' };
          // read from `new CustomEvent(type, ...)`, which is each of the others
          declaration.events = declaration.events?.filter(({ name }) => name !== 'type');
          declaration.attributes = declaration.attributes?.filter(({ fieldName }) =>
            declaration.members?.some(({ name }) => name === fieldName),
          );
        }
      }
    },
  };
}

/** Attributes, properties and CSS variables say what they can be and what they are by themselves, without names of types or constants. */
function writtenOut() {
  return {
    name: 'memo-written-out',
    packageLinkPhase({ customElementsManifest }) {
      const { typeOf, presetOf } = attributeValues(process.cwd());
      const looks = cssPresets('src/elements');
      for (const { path, declarations = [] } of customElementsManifest.modules)
        for (const { name, attributes = [], members = [], cssProperties = [] } of declarations) {
          for (const attribute of attributes)
            attribute.type = { text: typeOf(path, name, attribute.fieldName) };
          for (const each of [...attributes, ...members])
            if (CONSTANT.test(each.default)) each.default = presetOf(path, name, each.fieldName ?? each.name);
          for (const each of cssProperties) each.default ??= looks.get(each.name);
        }
    },
  };
}

const CONSTANT = /^[A-Z][A-Z_]+$/;

/** What is built is asked what it exports: what is only a type there, or fetched late, has no name at run time. */
function shipped(exported) {
  return {
    name: 'memo-shipped',
    packageLinkPhase: ({ customElementsManifest }) => shipAsOne(customElementsManifest, exported),
  };
}

/** Of Lit and the platform, overridden. */
const HOOKS = new Set([
  'render',
  'connectedCallback',
  'disconnectedCallback',
  'connectedMoveCallback',
  '[STORE]',
]);

const entry = await import(pathToFileURL(join(process.cwd(), MODULE)).href);
const exported = new Map(
  Object.entries(entry).flatMap(([name, { name: of }]) => (name.startsWith('Memo') ? [[of, name]] : [])),
);

export default {
  globs: ['src/elements/memo-*.ts', 'src/elements/base-element.ts', 'src/elements/events/*.ts'],
  exclude: ['**/*.test.ts', '**/memo-bert-styles.ts'],
  litelement: true,
  packagejson: false,
  outdir: 'lib',
  plugins: [
    publicOnly(),
    writtenOut(),
    shipped(exported),
    customElementVsCodePlugin({ outdir: 'lib', hideLogs: true }),
    customElementJetBrainsPlugin({ outdir: 'lib', packageJson: false, hideLogs: true, version: '0.1.0' }),
  ],
};
