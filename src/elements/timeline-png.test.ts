import { afterEach, describe, expect, it, vi } from 'vitest';
import { CANNED_TIMELINE } from '../recogniser/testing/canned-timeline';
import { timelinePng } from './timeline-png';

interface Written {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

/** As much of a canvas as the picture takes, which keeps what is written on it: ten pixels a letter. */
class FakeCanvas {
  static last: FakeCanvas;
  written: Written[] = [];
  readonly #context = {
    font: '',
    textAlign: 'left',
    fillRect: () => undefined,
    strokeRect: () => undefined,
    measureText: (text: string) => ({ width: text.length * 10 }),
    fillText: (text: string, x: number, y: number) => {
      const width = text.length * 10;
      const left = x - width * { left: 0, center: 0.5, right: 1 }[this.#context.textAlign]!;
      this.written.push({ text, left, right: left + width, y });
    },
  };

  constructor(
    readonly width: number,
    public height: number,
  ) {
    FakeCanvas.last = this;
  }

  getContext = () => this.#context;
  convertToBlob = () => Promise.resolve(new Blob(['png']));
}

async function drawn(labels: readonly string[]) {
  vi.stubGlobal('OffscreenCanvas', FakeCanvas);
  const estimates = CANNED_TIMELINE.estimates.map((estimate) => ({
    ...estimate,
    labels,
    probabilities: labels.map(() => 1 / labels.length),
  }));
  await timelinePng({ ...CANNED_TIMELINE, labels, estimates }, 'light');
  const { written, width, height } = FakeCanvas.last;
  return { written, width, height, legend: written.filter(({ y }) => y > 360) };
}

afterEach(() => vi.unstubAllGlobals());

describe('The legend of the timeline’s picture', () => {
  it('of a few labels is one line, in a picture 420 pixels high', async () => {
    const { legend, height } = await drawn(['happy', 'sad', 'surprised']);
    expect(height).toBe(420);
    expect(legend.map(({ text, y }) => [text, y])).toEqual([
      ['happy', 388],
      ['sad', 388],
      ['surprised', 388],
      ['no face', 388],
      ['no speech', 388],
    ]);
  });

  it('of 27 words is as many lines as it takes, each within the picture, none over another', async () => {
    const labels = Array.from({ length: 27 }, (_, index) => `wondering${index}`);
    const { legend, width, height } = await drawn(labels);
    expect(legend.map(({ text }) => text)).toEqual([...labels, 'no face', 'no speech']);
    for (const { left, right, y } of legend) {
      expect(left).toBeGreaterThanOrEqual(20);
      expect(right).toBeLessThanOrEqual(width - 20);
      expect(y).toBeLessThanOrEqual(height - 32);
    }
    const lines = [...new Set(legend.map(({ y }) => y))];
    expect(lines).toEqual([388, 416, 444]);
    expect(height).toBe(476);
    for (const line of lines) {
      const inIt = legend.filter(({ y }) => y === line);
      inIt.slice(1).forEach(({ left }, index) => expect(left).toBeGreaterThan(inIt[index]!.right + 24));
    }
  });
});
