/** English words of what takes an answer apart: what was looked at, other prompts. What is behind a line that opens it: `apart-words.ts`. */

export const enApart = {
  lookedAt: {
    heading: 'What was looked at',
    face: 'Face',
    voice: 'Voice',
    seconds: (seconds: string) => `${seconds} s`,
    of: (modality: string, seconds: string, of: string) =>
      `${modality}: ${seconds} of the last ${of} seconds`,
    since: (seconds: string) => `${seconds} s before`,
    now: 'the moment shown',
  },
  wording: {
    open: 'Ask otherwise',
    sentence: 'Sentence',
    words: 'Words for the blank',
    set: (count: string) => `${count} words`,
    own: 'Own',
    ownSentence: 'A sentence with [MASK] once',
    ownWords: 'Single words, with commas',
    ask: 'Ask',
  },
  playground: { open: 'Masking playground' },
  yours: { open: 'Make it yours' },
} as const;
