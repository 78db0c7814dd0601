import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ballast } from './ballast.js';

const BALLAST = 1_000;
/** What a record of so many bytes is counted as. */
const counted = (bytes: number): number => 2.2 * bytes;

describe('the room that the ballast leaves to new records', () => {
  let folder: string;
  let spare: number;
  let ballast: Ballast;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-ballast-'));
    spare = 100 * BALLAST;
    ballast = new Ballast(join(folder, 'ballast'), BALLAST, async () => spare);
    await ballast.tend();
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('is counted down by each record before the disk is looked at again', () => {
    const fits = Math.floor(spare / counted(500));
    for (let number = 0; number < fits; number++) expect(ballast.reserve(500)).toBe(true);
    expect(ballast.reserve(500)).toBe(false);
  });

  it('counts a record over one look, since it may not have been written yet', async () => {
    expect(ballast.reserve(spare / 2.5)).toBe(true);
    await ballast.tend();
    expect(ballast.reserve(spare / 4)).toBe(false);
    await ballast.tend();
    expect(ballast.reserve(spare / 4)).toBe(true);
  });
});
