import { describe, expect, it } from 'vitest';
import { MediaPlayer, type Player } from './media-player';

const player = (change: Partial<Player> = {}): Player => ({
  currentTime: 0,
  paused: true,
  seeking: false,
  ...change,
});

describe('MediaPlayer', () => {
  it('goes to the moment shown, and takes its own going for nobody’s wish', () => {
    const [video, own] = [player(), new MediaPlayer()];
    own.show(video, 3, null);
    expect(video.currentTime).toBe(3);
    expect(own.moved(video)).toBeNull();
    video.currentTime = 5; // its viewer dragged it
    expect(own.moved(video)).toBe(5);
    video.currentTime = 3; // and back to where it was sent before
    expect(own.moved(video)).toBe(3);
  });

  it('is not pulled about while it plays', () => {
    const [video, own] = [player({ currentTime: 4.2, paused: false }), new MediaPlayer()];
    own.show(video, 4, 9);
    own.show(video, null, 9);
    expect(video.currentTime).toBe(4.2);
  });

  it('follows an analysis in steps, until a moment is chosen', () => {
    const [video, own] = [player(), new MediaPlayer()];
    own.show(video, null, 0.5);
    expect(video.currentTime).toBe(0);
    own.show(video, null, 1.5);
    expect(video.currentTime).toBe(1.5);
    video.seeking = true;
    own.show(video, null, 9);
    expect(video.currentTime).toBe(1.5);
  });
});
