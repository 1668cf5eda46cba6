/** What only a laid-out page shows: parts that stay where they are while answers change, and say only what is there. No model. */

import { expect, recorded, test } from './support/browser';
import { expectPhase, openPage } from './support/element';
import { fakeWorkers } from './support/fake-worker';

test('another answer moves no bar, and the brackets take its colour', async ({ open }) => {
  const page = await open();
  await openPage(page);
  const seen = await page.evaluate(async () => {
    const labels = ['sad', 'happy', 'disgusted'];
    const bars = Object.assign(document.createElement('memo-bars'), { labels });
    const prompt = Object.assign(document.createElement('memo-prompt'), { labels });
    document.body.append(bars, prompt);
    const still = (part: Element) =>
      Promise.all((part.shadowRoot?.getAnimations() ?? []).map(({ finished }) => finished));
    const found: { lefts: number[]; bracket: string; fresh: string }[] = [];
    for (const probabilities of [
      [0.8, 0.1, 0.1],
      [0.1, 0.1, 0.8],
    ]) {
      Object.assign(bars, { probabilities });
      Object.assign(prompt, { probabilities });
      await Promise.all([bars.updateComplete, prompt.updateComplete]);
      await still(prompt);
      const bracket = prompt.shadowRoot!.querySelector('.bracket')!;
      // one that never had another colour
      const twin = bracket.cloneNode(true) as Element;
      bracket.after(twin);
      found.push({
        lefts: [...bars.shadowRoot!.querySelectorAll('.track')].map(
          (bar) => bar.getBoundingClientRect().left,
        ),
        bracket: getComputedStyle(bracket).color,
        fresh: getComputedStyle(twin).color,
      });
      twin.remove();
    }
    return found;
  });
  const [first, second] = seen;
  expect(first!.lefts).toHaveLength(3);
  expect(second!.lefts).toEqual(first!.lefts);
  expect(second!.bracket).not.toBe(first!.bracket);
  for (const { bracket, fresh } of seen) expect(bracket).toBe(fresh);
});

test('a sentence of any length stays within its part', async ({ open }) => {
  const page = await open();
  await openPage(page);
  for (const width of [300, 540]) {
    const ends = await page.evaluate(async (inlineSize) => {
      const part = Object.assign(document.createElement('memo-prompt'), { probabilities: [0.1, 0.9] });
      Object.assign(part.style, { inlineSize: `${inlineSize}px` });
      document.body.append(part);
      const found: { over: number; lines: number }[] = [];
      for (const prompt of [
        'I am [MASK].',
        'They look [MASK] today.',
        'After all that was said and done in here, whoever it was that came in felt [MASK] about it.',
      ]) {
        Object.assign(part, { prompt, labels: ['sad', 'disgusted'] });
        await part.updateComplete;
        const sentence = part.shadowRoot!.querySelector('.sentence')!;
        const { fontSize } = getComputedStyle(sentence);
        found.push({
          over: sentence.scrollWidth - sentence.clientWidth,
          lines: Math.round(sentence.getBoundingClientRect().height / (1.1 * parseFloat(fontSize))),
        });
      }
      part.remove();
      return found;
    }, width);
    expect(ends.map(({ over }) => over)).toEqual([0, 0, 0]);
    expect(ends[0]!.lines).toBe(1);
    expect(ends[2]!.lines).toBeGreaterThan(1);
  }
});

test('an open wording leaves no hole beside it', async ({ open }) => {
  const page = await open({ viewport: { width: 1440, height: 900 } });
  await openPage(page);
  const gap = async () => {
    const above = (await page.locator('memo-bert .stage').boundingBox())!;
    const below = (await page.locator('memo-bert .give').boundingBox())!;
    return Math.round(below.y - above.y - above.height);
  };
  const closed = await gap();
  await page.getByTestId('wording').click();
  await expect(page.getByTestId('own-words')).toBeVisible();
  expect(await gap()).toBe(closed);
});

test('what is not offered is neither asked for nor shown empty', async ({ open }) => {
  const page = await open();
  await openPage(page);
  const element = page.locator('memo-bert');
  await expect(element).toContainText('Filled in by words, camera or microphone.');
  await expect(page.getByTestId('looked-at-face')).toBeVisible();
  await element.evaluate((found) => found.setAttribute('modalities', 'text voice'));
  await expect(element).toContainText('Filled in by words or microphone.');
  await expect(page.getByTestId('looked-at-face')).toHaveCount(0);
  await expect(page.getByTestId('looked-at-voice')).toBeVisible();
  await element.evaluate((found) => found.setAttribute('modalities', 'text'));
  await expect(element).toContainText('Filled in by words.');
  await expect(element).not.toContainText('What was looked at');
});

test('a sound alone has the drawing above its player; a moment without an answer is told as one', async ({
  open,
}) => {
  const page = await open();
  await fakeWorkers(page);
  await openPage(page);
  const input = page.locator('input[type=file]').first();
  await input.setInputFiles(recorded.voice);
  await page.waitForFunction(() => document.querySelector('memo-bert')?.estimate !== null);
  await expectPhase(page, 'idle');
  await expect(page.locator('memo-bert .no-picture svg')).toBeVisible();
  await expect(page.getByTestId('player')).toBeVisible();
  await input.setInputFiles(recorded.clip);
  await expect(page.locator('memo-bert .no-picture svg')).toBeHidden();
  await expectPhase(page, 'idle');
  await expect(page.getByTestId('top')).toBeVisible();
  // nothing is said in it
  await page.locator('memo-bert').evaluate((element) => element.setAttribute('modalities', 'text'));
  await input.setInputFiles(recorded.silent);
  await expect(page.getByTestId('nowhere')).toBeVisible();
});

test('a word that is refused is tied to the line it was written in, until another is taken', async ({
  open,
}) => {
  const page = await open();
  await fakeWorkers(page);
  await openPage(page);
  await page.getByTestId('text').fill('Well');
  await page.getByTestId('send').click();
  await page.waitForFunction(() => document.querySelector('memo-bert')?.estimate !== null);
  await page.getByTestId('wording').click();
  const line = page.getByTestId('own-words');
  await expect(line).not.toHaveAttribute('aria-invalid');
  await line.fill('glad, unheardof');
  await page.getByTestId('ask-own-words').click();
  await expect(line).toHaveAttribute('aria-invalid', 'true');
  await expect(line).toHaveAccessibleDescription(/unheardof/);
  await expect(page.getByTestId('own-sentence')).not.toHaveAttribute('aria-invalid');
  await line.fill('glad, cross');
  await page.getByTestId('ask-own-words').click();
  await expect(line).not.toHaveAttribute('aria-invalid');
});

test('in forced colours an error has an edge', async ({ open }) => {
  const page = await open();
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto('examples/states.html?state=error');
  const edge = await page.getByTestId('error').evaluate((error) => {
    const { borderTopStyle, borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(error);
    return { style: borderTopStyle, width: borderTopWidth, seen: borderTopColor !== backgroundColor };
  });
  expect(edge).toEqual({ style: 'solid', width: '1px', seen: true });
});

test('in forced colours the marks of no face and of no speech are not alike', async ({ open }) => {
  const page = await open();
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto('examples/states.html?state=file');
  for (const place of ['.plot', '.legend']) {
    const shown = page.locator(`memo-timeline ${place} .mark`);
    await expect(shown).toHaveCount(2);
    const looks = await shown.evaluateAll((marks) =>
      marks.map((mark) => {
        const { backgroundColor, backgroundImage } = getComputedStyle(mark);
        return `${backgroundColor} ${backgroundImage}`;
      }),
    );
    expect(new Set(looks).size, place).toBe(2);
  }
});

test('on paper, which leaves backgrounds out, bars and what a timeline is read by are printed', async ({
  open,
}) => {
  const page = await open();
  await page.goto('examples/states.html?state=file');
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('memo-timeline .swatch').first()).toBeVisible();
  for (const drawn of [
    'memo-bars .fill',
    'memo-modalities .column',
    'memo-timeline .swatch',
    'memo-timeline .plot .mark',
    'memo-timeline .cursor',
  ]) {
    const kept = await page
      .locator(drawn)
      .first()
      .evaluate((element) => getComputedStyle(element).getPropertyValue('-webkit-print-color-adjust'));
    expect(kept, drawn).toBe('exact');
  }
});

test('who hears the formats one by one hears what they are for', async ({ open }) => {
  const page = await open();
  await page.goto('examples/states.html?state=file');
  const formats = page.getByRole('group', { name: 'Save as' });
  await expect(formats.getByRole('button')).toHaveCount(5);
});

test('an end of a hidden span is as wide as a finger needs', async ({ open }) => {
  const page = await open();
  await page.goto('examples/states.html');
  const track = page.locator('.cell memo-span .track:not(.none)').first();
  await track.scrollIntoViewIfNeeded();
  const reached = await track.evaluate((element) => {
    const root = element.getRootNode() as ShadowRoot;
    return [...element.querySelectorAll('.end')].map((end) => {
      const { left, width, top, height } = end.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      return [-11, 0, 11].map((across) => root.elementFromPoint(x + across, y) === end);
    });
  });
  const everywhere = [true, true, true];
  expect(reached).toEqual([everywhere, everywhere]);
});

test('in forced colours a disabled button is as plain as the system has it, and what was looked at is seen', async ({
  open,
}) => {
  const page = await open();
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto('examples/states.html');
  const disabled = page.locator('.cell memo-export button:disabled').first();
  await expect(disabled).toBeVisible();
  expect(await disabled.evaluate((button) => getComputedStyle(button).opacity)).toBe('1');
  const track = page.locator('.cell [data-testid=looked-at-face]:has(path:not([d=""]))').first();
  const looks = await track.evaluate((svg) => {
    const { outlineStyle, outlineColor, backgroundColor } = getComputedStyle(svg);
    const { fill } = getComputedStyle(svg.querySelector('path')!);
    return { outlineStyle, edge: outlineColor === fill, seen: fill !== backgroundColor };
  });
  expect(looks).toEqual({ outlineStyle: 'solid', edge: true, seen: true });
});

/** WCAG's, of two computed colours. */
function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [one, other]
    .map((colour) => {
      const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
        const value = Number(part) / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    })
    .sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

test('who wants more contrast has it: 7 to 1 of text, 3 to 1 of edges', async ({ open }) => {
  const page = await open();
  await openPage(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, contrast: 'more', reducedMotion: 'reduce' });
    const surface = await page
      .locator('memo-bert')
      .evaluate((element) => getComputedStyle(element).backgroundColor);
    const [text, edge] = await page.getByTestId('actor').evaluate((button) => {
      const note = button.closest('div')!.parentNode!.querySelector('.note')!;
      return [getComputedStyle(note).color, getComputedStyle(button).borderTopColor] as const;
    });
    expect(contrast(text, surface), `text, ${colorScheme}`).toBeGreaterThan(7);
    expect(contrast(edge, surface), `edge, ${colorScheme}`).toBeGreaterThan(3);
    const [below, ground] = await page.locator('.columns p').evaluateAll((texts) => {
      return [getComputedStyle(texts[0]!).color, getComputedStyle(document.documentElement).backgroundColor];
    });
    expect(contrast(below!, ground!), `below, ${colorScheme}`).toBeGreaterThan(7);
  }
});
