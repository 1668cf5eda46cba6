/**
 * The manifest of the package, not of its sources: tools resolve what it names, and of the elements `lib/elements.js` is the one
 * module that is shipped.
 */

export const MODULE = 'lib/elements.js';

const inModule = ({ name }) => ({ name, module: MODULE });

/**
 * @param {{ modules: object[] }} manifest of the sources, one module a file; it becomes the shipped one
 * @param {Map<string, string>} exported by the module at run time: a class's name to its name there
 */
export function shipAsOne(manifest, exported) {
  const declarations = manifest.modules.flatMap((module) => module.declarations ?? []);
  const declared = new Set(declarations.map(({ name }) => name));
  for (const declaration of declarations) {
    const { superclass } = declaration;
    if (superclass?.module !== undefined)
      declaration.superclass = declared.has(superclass.name)
        ? inModule(superclass)
        : { name: 'LitElement', package: 'lit' };
    for (const list of ['members', 'attributes', 'events', 'cssStates', 'cssProperties', 'cssParts', 'slots'])
      for (const each of declaration[list] ?? [])
        if (each.inheritedFrom !== undefined) each.inheritedFrom = inModule(each.inheritedFrom);
  }
  const exports = declarations.flatMap(({ name, tagName }) => [
    ...(exported.has(name)
      ? [{ kind: 'js', name: exported.get(name), declaration: inModule({ name }) }]
      : []),
    ...(tagName
      ? [{ kind: 'custom-element-definition', name: tagName, declaration: inModule({ name }) }]
      : []),
  ]);
  manifest.modules = [{ kind: 'javascript-module', path: MODULE, declarations, exports }];
}
