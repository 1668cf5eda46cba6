/** `custom-elements.json` and what editors read of it, from the elements' own comments. */

import { customElementJetBrainsPlugin } from 'custom-element-jet-brains-integration';
import { customElementVsCodePlugin } from 'custom-element-vs-code-integration';

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

/** Of Lit and the platform, overridden. */
const HOOKS = new Set([
  'render',
  'connectedCallback',
  'disconnectedCallback',
  'connectedMoveCallback',
  'addEventListener',
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
    customElementVsCodePlugin({ outdir: 'lib', hideLogs: true }),
    customElementJetBrainsPlugin({ outdir: 'lib', packageJson: false, hideLogs: true, version: '0.1.0' }),
  ],
};
