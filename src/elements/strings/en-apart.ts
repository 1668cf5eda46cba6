/** English words of what takes an answer apart: what was looked at, other prompts. What is behind a line that opens it: `apart-words.ts`. */

export const enApart = {
  lookedAt: {
    heading: 'What was looked at',
    seconds: (seconds: string) => `${seconds} s`,
    of: (modality: string, seconds: string, of: string) =>
      `${modality}: ${seconds} of the last ${of} seconds`,
    since: (seconds: string) => `${seconds} s before`,
    now: 'the moment shown',
  },
  wording: { open: 'Edit sentence' },
  playground: { open: 'Masking playground' },
  yours: { open: 'Make it yours' },
} as const;
