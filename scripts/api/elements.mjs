/** The elements' reference as Markdown, from `custom-elements.json`. */

const cell = (text = '') => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
const code = (text) => (text === undefined || text === '' ? '' : `\`${cell(text)}\``);

function table(title, head, rows) {
  if (rows.length === 0) return '';
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `**${title}**\n\n${lines.join('\n')}\n`;
}

/** Attribute and property are one row: they are one thing. */
function properties({ members = [] }) {
  const fields = members.filter(({ kind }) => kind === 'field');
  const rows = fields.map(({ name, attribute, type, default: preset, readonly, description }) => [
    code(attribute),
    `${code(name)}${readonly ? ' (read only)' : ''}`,
    code(type?.text),
    code(preset),
    cell(description),
  ]);
  return table('Attributes and properties', ['attribute', 'property', 'type', 'default', 'what'], rows);
}

function methods({ members = [] }) {
  const rows = members
    .filter(({ kind }) => kind === 'method')
    .map(({ name, parameters = [], return: returned, description }) => {
      const given = parameters.map(
        (one) => `${one.name}${one.optional ? '?' : ''}: ${one.type?.text ?? 'unknown'}`,
      );
      return [code(`${name}(${given.join(', ')})`), code(returned?.type?.text), cell(description)];
    });
  return table('Methods', ['method', 'gives', 'what'], rows);
}

const named = (title, what, list = [], show = code) =>
  table(
    title,
    [what, 'what'],
    list.map(({ name, description }) => [show(name), cell(description)]),
  );

function variables({ cssProperties = [] }) {
  const rows = cssProperties.map(({ name, default: preset, description }) => [
    code(name),
    code(preset),
    cell(description),
  ]);
  return table('CSS custom properties', ['property', 'default', 'what'], rows);
}

/** What an element has of its own: `<memo-bert>` is a `<memo-engine>`, and every part a `BaseElement`. */
function ownOf(declaration) {
  const isOwn = ({ inheritedFrom }) => inheritedFrom === undefined;
  return {
    ...declaration,
    members: declaration.members?.filter(isOwn),
    events: declaration.events?.filter(isOwn),
    cssStates: declaration.cssStates?.filter(isOwn),
  };
}

function section(declaration) {
  const own = ownOf(declaration);
  const { tagName, description = '' } = own;
  const slotName = (name) => (name === '' ? 'the default one' : code(name));
  const events = table(
    'Events',
    ['event', 'type', 'what'],
    (own.events ?? []).map(({ name, type, description: what }) => [code(name), code(type?.text), cell(what)]),
  );
  return [
    `## \`<${tagName}>\``,
    description.trim(),
    properties(own),
    methods(own),
    events,
    named('Slots', 'slot', own.slots, slotName),
    named('CSS parts', 'part', own.cssParts),
    variables(own),
    named('Custom states', 'state', own.cssStates, (name) => code(`:state(${name})`)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const FIRST = ['memo-bert', 'memo-engine'];
const rank = ({ tagName }) => (FIRST.includes(tagName) ? FIRST.indexOf(tagName) : FIRST.length);

/** @returns {string} */
export function elementsReference({ modules }) {
  const declared = modules.flatMap(({ declarations = [] }) => declarations);
  const elements = declared
    .filter(({ customElement, tagName }) => customElement && tagName !== undefined)
    .toSorted((a, b) => rank(a) - rank(b) || (a.tagName < b.tagName ? -1 : 1));
  const part = declared.find(({ name }) => name === 'BaseElement');
  return `# The elements: reference

Made by \`npm run api\` from the elements' own comments; \`npm test\` fails when it is out of date. How they are used: [element.md](element.md).
Types by name: [headless-api.md](headless-api.md). \`<memo-bert>\` has all that \`<memo-engine>\` has, and every other element, a part, has these two:

${properties(ownOf(part))}
${elements.map(section).join('\n\n')}
`;
}
