import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderCard, slug } from './model-card.mjs';

describe('the model card as a page', () => {
  it('names headings as GitHub does, each once', () => {
    expect(slug('DenseFace (`denseface.onnx`)')).toBe('denseface-densefaceonnx');
    expect(renderCard('## A b\n\n## A b\n', './')).toBe('<h2 id="a-b">A b</h2>\n<h2 id="a-b-1">A b</h2>\n');
  });

  it('puts a table into a box that can be scrolled by keys, numbers marked', () => {
    const html = renderCard('| class | recall |\n| --- | --- |\n| `sad` | 67.0 % |\n', './');
    expect(html).toContain('<div class="table" role="group" tabindex="0" aria-label="Table: class, recall">');
    expect(html).toContain('<th scope="col">class</th>');
    expect(html).toContain('<td><code>sad</code></td><td class="number">67.0 %</td>');
  });

  it('leads to what is in the site, and to nothing that is not', () => {
    const html = renderCard(
      '[a](LICENCE.md) [b](../../../training/README.md) [c](https://a.example/)',
      './m/',
    );
    expect(html).toBe(
      '<p><a href="./m/LICENCE.md">a</a> b (<code>training/README.md</code>) <a href="https://a.example/">c</a></p>\n',
    );
  });

  it('renders the card that is there, whole', () => {
    const markdown = readFileSync(new URL('../public/models/small/README.md', import.meta.url), 'utf8');
    const html = renderCard(markdown, './models/small/');
    const headings = markdown.split('\n').filter((line) => /^#+ /.test(line));
    expect(html.match(/<h\d /g)).toHaveLength(headings.length);
    const tables = markdown.split('\n').filter((line) => /^\| --- /.test(line));
    expect(tables.length).toBeGreaterThan(5);
    expect(html.match(/<table>/g)).toHaveLength(tables.length);
    expect(html).not.toMatch(/\]\(|^\|/m);
  });
});
