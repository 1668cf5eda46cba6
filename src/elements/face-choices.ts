/** Several faces as a choice whom to follow: a button each, from the left, at which the keyboard stays. Fetched with the second face. */

import { html, type TemplateResult } from 'lit';
import type { Box, Face } from '../memobert/estimate';
import type { BaseElement } from './base-element';
import { faceWords } from './strings/face-words';

/** A face where the picture shows it. */
export interface DrawnFace {
  readonly face: Face;
  readonly box: Box;
  /** Puts an element there. */
  readonly place: unknown;
}

export class FaceChoices {
  /** As it is on the screen. */
  #drawn: readonly DrawnFace[] = [];
  /** Where the face was that the keyboard was at, while the picture itself holds its place. */
  #left: Box | null = null;

  constructor(
    private readonly host: BaseElement,
    private readonly follow: (box: Box) => void,
  ) {}

  /** To be called while the host renders; null where there is nothing to choose. */
  frames(faces: readonly DrawnFace[], choosable: boolean): readonly TemplateResult[] | null {
    // nothing of it is drawn yet
    const at = this.#focused();
    const words = faceWords();
    this.#drawn = choosable && faces.length > 1 ? faces.toSorted((a, b) => a.box.x - b.box.x) : [];
    void this.host.updateComplete.then(() => this.#keepFocus(at));
    if (this.#drawn.length === 0) return null;
    return this.#drawn.map(({ face, place }, index) => {
      const number = String(index + 1);
      return html`<button
        class="face choice ${face.followed ? '' : 'other'}"
        type="button"
        part="face"
        data-testid="face"
        aria-pressed=${face.followed}
        title=${face.followed ? words.followed(number) : words.follow(number)}
        ${place}
        @click=${() => this.follow(face.box)}
      ></button>`;
    });
  }

  /** Where the face is that the keyboard is at, or was when the picture took its place. */
  #focused(): Box | null {
    const { activeElement } = this.#root;
    const index = this.#buttons().findIndex((button) => button === activeElement);
    if (index >= 0) return this.#drawn[index]?.box ?? null;
    return activeElement !== null && activeElement === this.#video() ? this.#left : null;
  }

  /** To the face that is there now; faces change their order, and come and go. */
  #keepFocus(at: Box | null): void {
    this.#left = null;
    if (at === null) return;
    const away = this.#drawn.map(({ box }) => Math.hypot(box.x - at.x, box.y - at.y));
    const nearest = this.#buttons()[away.indexOf(Math.min(...away))];
    if (nearest === undefined) this.#left = at;
    (nearest ?? this.#video())?.focus();
  }

  get #root(): ShadowRoot {
    return this.host.renderRoot as ShadowRoot;
  }

  #buttons(): readonly HTMLElement[] {
    return [...this.#root.querySelectorAll<HTMLElement>('.choice')];
  }

  #video(): HTMLElement | null {
    return this.#root.querySelector('video');
  }
}
