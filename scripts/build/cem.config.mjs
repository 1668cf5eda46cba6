/** `custom-elements.json` and what editors read of it, from the elements' own comments. */

import { customElementJetBrainsPlugin } from 'custom-element-jet-brains-integration';
import { customElementVsCodePlugin } from 'custom-element-vs-code-integration';
import { attributeTypes } from './attribute-values.mjs';

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

/** The attributes of an element say what they can be, without names of types. */
function writtenOut() {
  return {
    name: 'memo-written-out',
    packageLinkPhase({ customElementsManifest }) {
      const typeOf = attributeTypes(process.cwd());
      for (const { path, declarations = [] } of customElementsManifest.modules)
        for (const { name, attributes = [] } of declarations) {
          for (const attribute of attributes)
            attribute.type = { text: typeOf(path, name, attribute.fieldName) };
        }
    },
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

export default {
  globs: ['src/elements/memo-*.ts', 'src/elements/base-element.ts', 'src/elements/events/*.ts'],
  exclude: ['**/*.test.ts', '**/memo-bert-styles.ts'],
  litelement: true,
  packagejson: false,
  outdir: 'lib',
  plugins: [
    publicOnly(),
    writtenOut(),
    customElementVsCodePlugin({ outdir: 'lib', hideLogs: true }),
    customElementJetBrainsPlugin({ outdir: 'lib', packageJson: false, hideLogs: true, version: '0.1.0' }),
  ],
};
