import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Logger } from '@nestjs/common';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { runPlan } from './scenario.js';
import type { Simulated } from './simulate.js';
import { EMPHASES, planOf } from './world/plan.js';

/** All emphases together. `SCENARIOS=100000` for a long run. */
const SCENARIOS = Number(process.env['SCENARIOS'] ?? 10_000);
const EACH = Math.ceil(SCENARIOS / EMPHASES.length);
const WITHIN_MS = 120_000 + 50 * SCENARIOS;
const MAX_OUTPUT = 256 * 1024 * 1024;

/** What a simulation must have met to prove anything. */
const DOUBTS = [
  'killed while delivering',
  'killed while delivering a backlog apart',
  'killed while recovering',
  'a process was stopped in good order',
  'a paused process went on',
  'a paused process was taken over from',
  'a doubt was found committed',
  'a doubt was found not committed',
  'a batch was abandoned before commit',
  'a fence aborted an open transaction',
  'a transaction timed out',
  'a fenced producer was refused',
  'a late or foreign request was refused',
  'a repeated request was recognised',
  'a group coordinator answered from the past',
  'written and not acknowledged',
  'a request was lost',
  'a request was late',
  'a request arrived twice',
  'a request arrived after its sender had let go',
  'an answer was lost',
  'a database commit took effect and its answer was lost',
  'something was in quarantine',
  'a key was blocked',
  'a record was buried',
  'a dead letter was replayed',
  'a dead letter was discarded',
  'a slot was taken over',
  'lanes were given away',
  'a record waited for a transaction of another instance',
  'a change of a zombie was refused',
  'news was lost',
] as const;

async function simulate(first: number, step: number, count: number): Promise<Simulated> {
  const program = ['--import', './test/support/typescript.mjs', 'test/simulation/simulate.ts'];
  const args = [...program, String(first), String(step), String(count)];
  const options = { cwd: PROJECT_ROOT, maxBuffer: MAX_OUTPUT };
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  const lines = stdout.trimEnd().split('\n');
  if (lines.length > 1) console.log(lines.slice(0, -1).join('\n'));
  return JSON.parse(lines.at(-1) ?? '') as Simulated;
}

/** Each failure with the way to see it again. */
function told({ failures }: Simulated): string[] {
  return failures.map(({ seed, faults, shrunk }) => {
    const again = `SEED=${seed} npm run jest -- test/simulation/simulation`;
    const plan = shrunk === null ? '' : `\n${JSON.stringify(shrunk, null, 1)}`;
    return `${again}\n${faults.join('\n')}${plan}`;
  });
}

const seed = process.env['SEED'];

if (seed !== undefined) {
  it(
    `scenario ${seed}`,
    async () => {
      expect(told(await simulate(Number(seed), 1, 1))).toEqual([]);
    },
    WITHIN_MS,
  );
} else {
  describe('the relay, simulated', () => {
    const met = new Map<string, number>();

    it.each(EMPHASES.map((emphasis, index) => [emphasis, index] as const))(
      'keeps its promises: %s',
      async (_, index) => {
        const simulated = await simulate(index, EMPHASES.length, EACH);
        for (const [what, count] of Object.entries(simulated.sights)) {
          met.set(what, (met.get(what) ?? 0) + count);
        }
        expect(told(simulated)).toEqual([]);
        expect(simulated.runs).toBe(EACH);
      },
      WITHIN_MS,
    );

    it('has met every doubt that there is', () => {
      const counts = DOUBTS.map((what) => `${String(met.get(what) ?? 0).padStart(7)} ${what}`);
      console.log(`of ${EACH * EMPHASES.length} scenarios\n${counts.join('\n')}`);
      expect(DOUBTS.filter((what) => !met.has(what))).toEqual([]);
    });

    it('runs the same seed the same way', async () => {
      Logger.overrideLogger(false);
      for (let same = 0; same < 2 * EMPHASES.length; same++) {
        const first = await runPlan(planOf(same), true);
        const second = await runPlan(planOf(same), true);
        expect(second.hash).toBe(first.hash);
        expect(second.trace).toEqual(first.trace);
      }
    });
  });
}
