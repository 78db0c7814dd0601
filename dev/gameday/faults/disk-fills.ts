import { rm, statfs } from 'node:fs/promises';
import { run } from '../../run.js';
import type { Fault } from '../fault.js';

const FILLED = 0.95;

/** Somebody else's file takes the disk of the outbox, not so much that records are refused. */
export const diskFills: Fault = {
  name: "Somebody else's file fills the disk",
  alert: 'PonteDiskLow',
  // The figure is taken at each scrape.
  sees: 0,
  shows: /somebody-elses\.file/,
  before: {
    words: 'remove what does not belong there',
    perform: ({ intruder }) => rm(intruder),
  },
  inject: async ({ home, intruder, room }) => {
    const { blocks, bavail, bsize } = await statfs(home);
    const used = (blocks - bavail) * bsize;
    const length = Math.floor(room * FILLED - used);
    if (length <= 0) throw new Error('others have filled the disk meanwhile');
    await run('fallocate', ['--length', String(length), intruder]);
  },
};
