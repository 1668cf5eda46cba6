/** What an attribute can be, in full: an editor offers what a union names, and knows no name of a type. */

import { join } from 'node:path';
import ts from 'typescript';

/** Null of what no attribute can say: lists, objects, and null itself, which is no attribute. */
function shown(type) {
  const { TypeFlags } = ts;
  if (type.isStringLiteral()) return `'${type.value}'`;
  if (type.flags & TypeFlags.BooleanLike) return 'boolean';
  if (type.flags & TypeFlags.StringLike) return 'string';
  return type.flags & TypeFlags.NumberLike ? 'number' : null;
}

/**
 * @param {string} root the project
 * @returns {(path: string, name: string, field: string) => string} of the class `name` in `path`, below `root`: `'auto' | 'wasm'`
 */
export function attributeTypes(root) {
  const config = join(root, 'tsconfig.json');
  const { config: read } = ts.readConfigFile(config, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(read, ts.sys, root);
  const program = ts.createProgram([join(root, 'src', 'elements', 'index.ts')], options);
  const checker = program.getTypeChecker();
  return (path, name, field) => {
    const file = program.getSourceFile(join(root, path));
    const found = file?.statements.find((each) => ts.isClassDeclaration(each) && each.name?.text === name);
    const property = found && checker.getTypeAtLocation(found).getProperty(field);
    if (!property) throw new Error(`${path}: ${name} has no ${field}`);
    const type = checker.getTypeOfSymbol(property);
    const parts = (type.isUnion() ? type.types : [type]).map(shown).filter((part) => part !== null);
    return [...new Set(parts)].join(' | ');
  };
}
