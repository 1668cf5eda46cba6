import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Face } from '../memobert/estimate';
import { onPage, PLAY_AGAIN } from '../page-events';
import type { RecogniserState } from '../recogniser';
import { BaseElement } from './base-element';
import { cssValues } from './css-values';
import { customElement } from './custom-element';
import type { DrawnFace, FaceChoices } from './face-choices';
import { mapBox, type Fit, type Size } from './box-mapping';
import { property, query, state } from './decorators';
import { topHue } from './label-colours';
import { livePills } from './live-pills';
import type { MediaPlayer } from './media-player';
import { strings } from './strings';

/**
 * The picture under analysis with a frame around each face, and what is being captured.
 * @slot - laid over the lower edge of the picture (the loading bar)
 * @slot placeholder - shown without a picture
 * @csspart picture - the frame that holds the video
 * @csspart face - the corners around a face
 */
@customElement('memo-preview')
export class MemoPreview extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    css`
      :host {
        display: block;
      }
      .picture {
        position: relative;
        aspect-ratio: var(--memo-preview-ratio, 4 / 3);
        overflow: hidden;
        border-radius: var(--_radius);
        background: var(--_sunken);
        box-shadow: inset 0 0 0 1px var(--_line);
      }
      video {
        display: block;
        inline-size: 100%;
        block-size: 100%;
        object-fit: var(--_fit);
      }
      /* the picture cuts off what is around it */
      video:focus-visible {
        outline-offset: -4px;
      }
      .mirrored video {
        transform: scaleX(-1);
      }
      .with-picture {
        background: #0c0b0a;
        box-shadow: none;
      }
      .face {
        position: absolute;
        inset: 0 auto auto 0;
        border-radius: 12px;
        pointer-events: none;
        transition:
          transform 110ms linear,
          inline-size 110ms linear,
          block-size 110ms linear;
      }
      /* four corners drawn as one outline, cut open along its sides */
      .face::before {
        content: '';
        position: absolute;
        inset: 0;
        border: 2.5px solid var(--_box);
        border-radius: inherit;
        filter: drop-shadow(0 0 1.5px rgb(0 0 0 / 0.75));
        --_cut: linear-gradient(#000 0 0);
        mask:
          var(--_cut) 0 0 / 26% 26%,
          var(--_cut) 100% 0 / 26% 26%,
          var(--_cut) 0 100% / 26% 26%,
          var(--_cut) 100% 100% / 26% 26%;
        mask-repeat: no-repeat;
      }
      .choice {
        padding: 0;
        border: 0;
        background: none;
        pointer-events: auto;
      }
      /* seen on any picture */
      .choice:focus-visible {
        outline-color: #fff;
        box-shadow: 0 0 0 6px rgb(0 0 0 / 0.75);
      }
      .choice:hover::before {
        border-color: #fff;
      }
      .other::before {
        border-width: 1.5px;
        border-color: rgb(255 255 255 / 0.7);
      }
      .live {
        position: absolute;
        inset: 0.625rem 0.625rem auto auto;
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
        gap: 0.375rem;
      }
      .live li {
        display: flex;
        align-items: center;
        gap: 0.4em;
        padding: 0.2em 0.7em;
        border-radius: 99px;
        background: rgb(12 11 10 / 0.78);
        color: #fff;
        font-size: 0.8125em;
      }
      .live .recording::before {
        content: '';
        inline-size: 0.55em;
        block-size: 0.55em;
        border-radius: 50%;
        background: #ff5a4d;
      }
      /* the player's buttons lie below it */
      video + .placeholder {
        pointer-events: none;
      }
      .placeholder {
        position: absolute;
        inset: 0;
        display: grid;
        align-items: center;
        color: var(--_muted);
        text-align: center;
      }
      .overlay {
        position: absolute;
        inset: auto 0.625rem 0.625rem;
      }
    `,
  ];

  /** Null shows the placeholder. A stream without video counts as none. */
  @property({ attribute: false }) stream: MediaStream | null = null;
  /** Boxes in pixels of the source frame. */
  @property({ attribute: false }) faces: readonly Face[] = [];
  /** Pixels of the source frame. */
  @property({ type: Number }) frameWidth = 0;
  /** Pixels of the source frame. */
  @property({ type: Number }) frameHeight = 0;
  /** Shown as a mirror, which a person expects of the own camera. */
  @property({ type: Boolean }) mirrored = false;
  @property() fit: Fit = 'cover';
  /** CSS colour of the frame around the followed face. */
  @property() hue = '#fff';
  /** What is captured at this moment, in words; `recording` marks a device of the visitor's. */
  @property({ attribute: false }) live: readonly { readonly text: string; readonly recording: boolean }[] =
    [];

  /** A file to play beside its timeline, where there is no stream. */
  @property({ attribute: false }) media: Blob | null = null;
  /** Seconds in the file of the moment shown; null while it goes where the analysis is. */
  @property({ type: Number }) position: number | null = null;
  /** Seconds of the file that are analysed, while it is. */
  @property({ type: Number }) reached: number | null = null;
  /** Whether a click on one of several faces sends `follow`: while it listens, and of a file after it, too. */
  @property({ type: Boolean }) choosable = false;

  @state() private view: Size = { width: 0, height: 0 };
  /** The file has no picture. */
  @state() private soundAlone = false;
  @query('video') private readonly video!: HTMLVideoElement | null;
  @query('.picture') private readonly picture!: HTMLElement;

  /** Null until there was a file to play. */
  #player: MediaPlayer | null = null;
  /** Null until there were several faces. */
  #choices: FaceChoices | null = null;
  #several = false;
  #observer: ResizeObserver | null = null;
  #leave = new AbortController();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#leave = new AbortController();
    onPage(PLAY_AGAIN, this.#play, this.#leave.signal);
    if (!this.hasUpdated) return;
    this.#observe();
    this.requestUpdate(); // a file's address ended with the disconnection
    this.#play(); // a video that leaves the document is paused
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave.abort();
    this.#observer?.disconnect();
    this.#observer = null;
    // a picture that nobody shows must not hold a camera's track alive; a file would be loaded anew by it
    if (this.video?.srcObject) this.video.srcObject = null;
    this.#player?.close();
  }

  protected override firstUpdated(): void {
    this.#observe();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('stream')) this.#play();
    if ((changed.has('media') || changed.has('stream')) && this.#plays()) this.#fetchPlayer();
    const several = this.choosable && this.faces.length > 1;
    if (several && !this.#several) this.#fetchChoices();
    this.#several = several;
    if (this.video !== null && this.#plays()) this.#player?.show(this.video, this.position, this.reached);
  }

  protected override take(state: RecogniserState): void {
    const { stream, frameWidth, frameHeight, source, estimate, media, position, fileProgress } = state;
    Object.assign(this, { stream, frameWidth, frameHeight, media });
    // at rest the picture is of the answer shown, though nobody chose it
    this.position =
      position ?? (fileProgress === null && source === 'file' ? (estimate?.time ?? null) : null);
    // of a file, those of the moment shown
    this.faces = media === null ? state.faces : (estimate?.faces ?? []);
    this.reached = fileProgress === null ? null : (state.timeline?.reached ?? null);
    this.choosable = state.phase === 'listening' || (state.timeline?.seconds ?? null) !== null;
    this.mirrored = source === 'devices';
    this.fit = source === 'file' || media !== null ? 'contain' : 'cover';
    this.hue = topHue(estimate);
    this.live = livePills(state);
  }

  override render(): TemplateResult {
    const player = this.#plays() ? this.#player : null;
    const shown = this.#hasPicture() || (player !== null && !this.soundAlone);
    return html`<div
      class="picture ${shown ? 'with-picture' : ''} ${this.mirrored ? 'mirrored' : ''}"
      part="picture"
      ${cssValues({ '--_fit': this.fit, '--_box': this.hue })}
    >
      ${player !== null ? this.#file(player) : shown ? LIVE(this.#paused) : nothing}
      ${
        shown
          ? this.#frames()
          : html`<div class="placeholder"><slot name="placeholder">${strings.preview.cameraOff}</slot></div>`
      }
      ${
        this.live.length === 0
          ? nothing
          : html`<ul class="live" data-testid="live">
              ${this.live.map(({ text, recording }) => html`<li class=${recording ? 'recording' : ''}>${text}</li>`)}
            </ul>`
      }
      <div class="overlay"><slot></slot></div>
    </div>`;
  }

  #file(player: MediaPlayer): TemplateResult {
    return player.render(
      this.media,
      (time) => this.request('seek', { time }),
      (picture) => (this.soundAlone = !picture),
    );
  }

  #frames(): unknown {
    const frame = { width: this.frameWidth, height: this.frameHeight };
    const drawn = this.faces.flatMap((face): DrawnFace[] => {
      const box = mapBox(face.box, frame, this.view, this.fit, this.mirrored);
      if (box === null) return [];
      const place = cssValues({
        transform: `translate(${box.x}px, ${box.y}px)`,
        'inline-size': `${box.width}px`,
        'block-size': `${box.height}px`,
      });
      return [{ face, box, place }];
    });
    return (
      this.#choices?.frames(drawn, this.choosable) ??
      drawn.map(
        ({ face, place }) =>
          html`<div
            class="face ${face.followed ? '' : 'other'}"
            part="face"
            data-testid="face"
            ${place}
          ></div>`,
      )
    );
  }

  #fetchPlayer(): void {
    const come = ({ MediaPlayer }: typeof import('./over-time')) => {
      this.#player ??= new MediaPlayer();
      this.requestUpdate();
    };
    // with what shows time, which a file needs anyway; offline the next file tries again
    if (this.#player === null) import('./over-time').then(come, () => undefined);
  }

  #fetchChoices(): void {
    const come = ({ FaceChoices }: typeof import('./face-choices')) => {
      this.#choices ??= new FaceChoices(this, (box) => this.request('follow', { box }));
      this.requestUpdate();
    };
    // offline: it is asked for when there are several again
    import('./face-choices').then(come, () => undefined);
  }

  /** A file and no stream of it: where it is played for the analysis, that is the picture. */
  #plays(): boolean {
    return this.media !== null && !this.#hasPicture();
  }

  #hasPicture(): boolean {
    return this.stream !== null && this.stream.getVideoTracks().length > 0;
  }

  readonly #play = (): void => {
    const { video } = this;
    if (video === null) return;
    if (this.#plays()) return;
    if (video.srcObject !== this.stream) video.srcObject = this.stream;
    // the attribute alone does not mute a video that a template made
    video.muted = true;
    // cut short by the next stream, or refused until the next touch
    if (this.stream !== null && video.paused) void video.play().catch(() => undefined);
  };

  /** By the system, or out of the document: then it shows nothing. What has ended is paused too. */
  readonly #paused = (): void => {
    if (this.isConnected && this.stream?.active) this.#play();
  };

  #observe(): void {
    this.#observer ??= new ResizeObserver(([entry]) => {
      if (entry !== undefined) this.view = entry.contentRect;
    });
    this.#observer.observe(this.picture);
  }
}

/** Muted by its property as well: the attribute alone does not mute a video that a template made. */
const LIVE = (paused: () => void) =>
  html`<video
    muted
    playsinline
    autoplay
    tabindex="-1"
    aria-label=${strings.preview.label}
    @pause=${paused}
  ></video>`;

declare global {
  interface HTMLElementTagNameMap {
    'memo-preview': MemoPreview;
  }
}
