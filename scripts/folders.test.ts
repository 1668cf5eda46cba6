/** The indices of `src`: each says what its folder is for, and names only what is asked for from outside. */

import { readdirSync, readFileSync } from 'node:fs';
// paths are relative, as imports write them
import { dirname, join, relative } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
/** What the package publishes: its importers are elsewhere. */
const PUBLISHED = ['src/index.ts', 'src/elements/index.ts'];

const files = ['src', 'tests', 'bench', 'scripts', 'examples'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => join(folder, name.replaceAll('\\', '/'))),
);
const indices = files.filter((file) => file.endsWith('/index.ts') && !PUBLISHED.includes(file));

/** Index -> the names that files outside of its folder take from it; of one that is imported late, whatever is spoken of beside. */
const asked = new Map<string, Set<string>>(indices.map((index) => [index, new Set()]));

for (const file of files) {
  const visit = (node: ts.Node): void => {
    const index = indexOf(file, node);
    if (index !== null) namesIn(node, file).forEach((name) => asked.get(index)?.add(name));
    ts.forEachChild(node, visit);
  };
  visit(parsed(file));
}

function parsed(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
}

/** The index that an import or export names, of a folder that `file` is not in. */
function indexOf(file: string, node: ts.Node): string | null {
  const from =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
        ? node.arguments[0]
        : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
          ? node.argument.literal
          : undefined;
  if (from === undefined || !ts.isStringLiteral(from) || !from.text.startsWith('.')) return null;
  const folder = join(dirname(file), from.text);
  const index = [join(folder, 'index.ts'), folder].find((path) => asked.has(path));
  return index === undefined || !relative(dirname(index), file).startsWith('..') ? null : index;
}

function namesIn(node: ts.Node, file: string): readonly string[] {
  const bindings = ts.isImportDeclaration(node)
    ? node.importClause?.namedBindings
    : ts.isExportDeclaration(node)
      ? node.exportClause
      : undefined;
  if (bindings !== undefined && (ts.isNamedImports(bindings) || ts.isNamedExports(bindings)))
    return bindings.elements.map(({ propertyName, name }) => (propertyName ?? name).text);
  const beside = files.filter((each) => dirname(each) === dirname(file));
  return beside.flatMap((each) => parsed(each).text.match(/\w+/g) ?? []);
}

/** What an index exports, of its own or from the files beside it. */
function exportsOf(index: string): readonly string[] {
  return parsed(index).statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement))
      return statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause)
        ? statement.exportClause.elements.map(({ name }) => name.text)
        : ['*'];
    const exported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (exported !== true) return [];
    const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
    return declared.flatMap(({ name }: { name?: ts.Node }) =>
      name !== undefined && ts.isIdentifier(name) ? [name.text] : [],
    );
  });
}

describe('the index', () => {
  it.each([...PUBLISHED, ...indices])('%s says what its folder is for', (index) => {
    expect(parsed(index).text).toMatch(/^\/\*\*/);
  });

  it.each(indices)('%s names what is asked for from outside', (index) => {
    expect(exportsOf(index).filter((name) => asked.get(index)?.has(name) !== true)).toEqual([]);
  });
});
