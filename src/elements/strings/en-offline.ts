/** What is said about what lies on this device. */

import type { OfflineState } from '../../offline';

const kept: Record<OfflineState['kept'], string> = {
  nothing: 'Not kept: without a network it will not start.',
  partly: 'Partly kept: without a network it will not do its whole job.',
  all: 'Kept: it does its whole job without a network.',
};

const work: Record<Exclude<OfflineState['work'], 'none'>, string> = {
  looking: 'Looking what is kept here',
  keeping: 'Fetching what is missing',
  deleting: 'Deleting',
};

export const enOffline = {
  heading: 'Without a network',
  kept,
  work,
  offline: 'You are offline.',
  unsupported:
    'Nothing can be kept here: open this page over https or on localhost, in a window that is not private.',
  stored: (megabytes: string) => `${megabytes} MB of this page and its models lie on this device.`,
  persistent: 'The browser keeps them till you delete them.',
  temporary: 'The browser may clear them when it needs room.',
  healed: (count: number) =>
    count === 1
      ? 'A file was found damaged here, and was fetched again.'
      : `${count} files were found damaged here, and were fetched again.`,
  keep: (megabytes: string | null) =>
    megabytes === null ? 'Keep for offline' : `Keep for offline (${megabytes} MB)`,
  bytes: (loaded: string, total: string) => `${loaded} of ${total} MB`,
  delete: 'Delete the models',
  forget: 'Forget everything',
  forgetHint:
    'Only models and this page’s own files are stored. Of what it saw, heard or read, nothing ever is.',
  update: {
    ready: 'A new version is ready. It waits until you say so.',
    coming: 'The new version comes as soon as the one before has ended: half a minute at most.',
    refused: 'Another tab of this page is at work. Stop it there, then update.',
    button: 'Update and reload',
  },
} as const;
