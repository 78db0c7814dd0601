import { startPostgres } from '../test/support/postgres.js';
import type { BridgeProcess } from '../test/support/bridge-process.js';
import { table } from './compared.js';
import type { Context, Report } from './context.js';
import type { HttpJob } from './http-load.js';
import { LIST_CLIENTS, RECORDS_PER_LIST } from './plan.js';
import { accepting, delivering, waitUntilDrained } from './posting.js';
import { sideBySide, type Work } from './side-by-side.js';
import { MODES, type Mode } from './stack.js';

const FULL = { clients: [1, 32, 128, 512], rounds: 3, warmUpMs: 800, measureMs: 2_500 };
const QUICK: typeof FULL = { clients: [32], rounds: 1, warmUpMs: 100, measureMs: 300 };

type Bridges = Readonly<Record<Mode, BridgeProcess>>;
interface Cell {
  readonly title: string;
  readonly mode: Mode;
  readonly job: (port: number) => HttpJob;
}

/** The same cells on a PostgreSQL of this machine, each beside SQLite. */
export async function measurePostgres(context: Context): Promise<Report> {
  const { stack, quick, say } = context;
  const size = quick ? QUICK : FULL;
  const sqlite = (await context.candidates()).bridges;
  const server = await startPostgres();
  stack.onStop(() => server.stop());
  const start = async (mode: Mode): Promise<BridgeProcess> =>
    stack.startBridge(mode, { OUTBOX_URL: await server.database() });
  const postgres: Bridges = {
    'exactly-once': await start('exactly-once'),
    'at-least-once': await start('at-least-once'),
  };
  const works = cellsOf(size).map(({ title, mode, job }): Work => {
    const on = (name: string, bridges: Bridges) => ({
      name,
      run: async () => {
        const measurement = await stack.http.run(job(bridges[mode].port));
        await waitUntilDrained(bridges[mode]);
        return measurement;
      },
    });
    return { title, ways: [on('SQLite', sqlite), on('PostgreSQL', postgres)] };
  });
  const found = await sideBySide(works, size.rounds, say);
  await Promise.all(MODES.map((mode) => postgres[mode].terminate()));
  return { text: found.map(table).join('\n\n') };
}

function cellsOf({ clients, warmUpMs, measureMs }: typeof FULL): Cell[] {
  return MODES.flatMap((mode) => {
    const words = mode.replaceAll('-', ' ');
    const lists = { clients: LIST_CLIENTS, warmUpMs, measureMs };
    return [
      ...clients.flatMap((count): Cell[] => {
        const pace = { clients: count, warmUpMs, measureMs };
        return [
          {
            title: `accepted, ${words}, ${count} clients`,
            mode,
            job: (port) => accepting([port], pace),
          },
          {
            title: `delivered, ${words}, ${count} clients`,
            mode,
            job: (port) => delivering([port], pace),
          },
        ];
      }),
      {
        title: `delivered, ${words}, lists of ${RECORDS_PER_LIST}, ${LIST_CLIENTS} clients`,
        mode,
        job: (port) => delivering([port], lists, RECORDS_PER_LIST),
      },
    ];
  });
}
