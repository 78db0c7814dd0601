import { table } from './compared.js';
import type { Context, Report } from './context.js';
import type { HttpJob } from './http-load.js';
import { accepting, delivering, echoing, waitUntilDrained } from './posting.js';
import { sideBySide, type Work } from './side-by-side.js';
import { MODES, type Mode } from './stack.js';

const SIZES = [200, 700, 10_000, 100_000];
const CLIENTS = 32;
const FULL = { rounds: 3, pace: { clients: CLIENTS, warmUpMs: 1_000, measureMs: 3_000 } };
const QUICK: typeof FULL = {
  rounds: 1,
  pace: { clients: CLIENTS, warmUpMs: 100, measureMs: 300 },
};

/** What the size of a value costs, single POSTs. */
export async function measureSizes(context: Context): Promise<Report> {
  const { rounds, pace } = context.quick ? QUICK : FULL;
  const works = await Promise.all(SIZES.map((bytes) => workOf(context, bytes, pace)));
  const found = await sideBySide(works, rounds, context.say);
  return { text: found.map(table).join('\n\n') };
}

async function workOf(
  { stack, candidates }: Context,
  valueBytes: number,
  pace: HttpJob['pace'],
): Promise<Work> {
  const { bridges, barePort } = await candidates();
  const ways = [{ name: 'bare Fastify echo', job: echoing(barePort, pace), mode: null }];
  const ofBridge = MODES.flatMap((mode: Mode) => {
    const [words, { port }] = [mode.replaceAll('-', ' '), bridges[mode]];
    return [
      { name: `Ponte accepted, ${words}`, job: accepting([port], pace), mode },
      { name: `Ponte delivered, ${words}`, job: delivering([port], pace), mode },
    ];
  });
  return {
    title: `values of ${valueBytes.toLocaleString('en-GB')} bytes, ${CLIENTS} clients`,
    ways: [...ways, ...ofBridge].map(({ name, job, mode }) => ({
      name,
      run: async () => {
        const measurement = await stack.http.run({ ...job, valueBytes });
        if (mode !== null) await waitUntilDrained(bridges[mode]);
        return measurement;
      },
    })),
  };
}
