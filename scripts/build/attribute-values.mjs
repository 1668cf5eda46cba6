/** What an attribute can be, and what it is by itself, in full: an editor offers what a union names, and knows no name of a type or constant. */

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

/** `as const` and `satisfies` say nothing of the value. */
function bare(expression) {
  return ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression)
    ? bare(expression.expression)
    : expression;
}

/** A text, a number or a list, as it is written on one line; undefined of what is longer than its name. */
function literal(expression) {
  const value = bare(expression);
  const plain =
    ts.isStringLiteralLike(value) || ts.isNumericLiteral(value) || ts.isArrayLiteralExpression(value);
  return plain ? value.getText().replace(/\s+/g, ' ').replace('[ ', '[').replace(/,? \]/, ']') : undefined;
}

/**
 * Of the class `name` in `path`, below `root`: `typeOf` gives `'auto' | 'wasm'`; `presetOf` what a field begins with where a constant
 * names it, undefined for an object.
 * @param {string} root the project
 * @returns {{ typeOf(path: string, name: string, field: string): string, presetOf(path: string, name: string, field: string): string | undefined }}
 */
export function attributeValues(root) {
  const config = join(root, 'tsconfig.json');
  const { config: read } = ts.readConfigFile(config, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(read, ts.sys, root);
  const program = ts.createProgram([join(root, 'src', 'elements', 'index.ts')], options);
  const checker = program.getTypeChecker();
  const property = (path, name, field) => {
    const file = program.getSourceFile(join(root, path));
    const found = file?.statements.find((each) => ts.isClassDeclaration(each) && each.name?.text === name);
    const symbol = found && checker.getTypeAtLocation(found).getProperty(field);
    if (!symbol) throw new Error(`${path}: ${name} has no ${field}`);
    return symbol;
  };
  return {
    typeOf(path, name, field) {
      const type = checker.getTypeOfSymbol(property(path, name, field));
      const parts = (type.isUnion() ? type.types : [type]).map(shown).filter((part) => part !== null);
      return [...new Set(parts)].join(' | ');
    },
    presetOf(path, name, field) {
      const { initializer } = property(path, name, field).valueDeclaration;
      const named = checker.getSymbolAtLocation(initializer);
      const origin = named.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(named) : named;
      return literal(origin.valueDeclaration.initializer);
    },
  };
}
