/** The file beside its timeline: the player goes where the timeline points, and tells where its viewer goes. */

import { html, type TemplateResult } from 'lit';
import { strings } from './strings';

/** As much of a video element as is needed. */
export type Player = { -readonly [K in 'currentTime' | 'paused' | 'seeking']: HTMLVideoElement[K] };

/** Two moments this near are one: a seek lands on a frame. */
const SAME_SECONDS = 0.05;
/** While the file is analysed, the picture follows in steps: each costs a decoding of its own. */
const FOLLOW_SECONDS = 1;

export class MediaPlayer {
  #url: string | null = null;
  #blob: Blob | null = null;
  /** Where the player was last sent from here: it telling so is no wish of its viewer's. */
  #sent: number | null = null;

  /** The address of a file for `src`; one at a time, null for none. */
  open(blob: Blob | null): string | null {
    if (blob === this.#blob) return this.#url;
    this.close();
    this.#blob = blob;
    this.#url = blob === null ? null : URL.createObjectURL(blob);
    return this.#url;
  }

  close(): void {
    if (this.#url !== null) URL.revokeObjectURL(this.#url);
    this.#url = null;
    this.#blob = null;
    this.#sent = null;
  }

  /**
   * @param seek its viewer went to this moment, seconds
   * @param opened whether there is a picture in it
   */
  render(
    blob: Blob | null,
    seek: (time: number) => void,
    opened: (picture: boolean) => void,
  ): TemplateResult {
    const told = ({ currentTarget }: Event) => {
      const time = this.moved(currentTarget as HTMLVideoElement);
      if (time !== null) seek(time);
    };
    return html`<video
      class="file"
      controls
      playsinline
      preload="auto"
      aria-label=${strings.preview.player}
      data-testid="player"
      .src=${this.open(blob) ?? ''}
      @loadedmetadata=${({ currentTarget }: Event) => opened((currentTarget as HTMLVideoElement).videoWidth > 0)}
      @timeupdate=${told}
      @seeking=${told}
    ></video>`;
  }

  /**
   * @param position the moment shown; null while it goes where the analysis is
   * @param reached how far the analysis is, while there is one
   */
  show(player: Player, position: number | null, reached: number | null): void {
    if (position !== null) {
      if (Math.abs(player.currentTime - position) > SAME_SECONDS && player.paused)
        this.#send(player, position);
      return;
    }
    // a picture of what is analysed, unless its viewer plays it
    if (reached === null || !player.paused || player.seeking) return;
    if (reached - player.currentTime >= FOLLOW_SECONDS) this.#send(player, reached);
  }

  /** Where its viewer went (played, dragged), to be shown everywhere; null when it only went where it was sent. */
  moved(player: Player): number | null {
    const sent = this.#sent;
    if (sent !== null && Math.abs(player.currentTime - sent) <= SAME_SECONDS) return null;
    this.#sent = null; // who comes back to it, wishes it
    return player.paused && !player.seeking && player.currentTime === 0 ? null : player.currentTime;
  }

  #send(player: Player, seconds: number): void {
    this.#sent = seconds;
    player.currentTime = seconds;
  }
}
