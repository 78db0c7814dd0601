import { destroyPages, leafPagesWith } from '../../../operator/damaged-file.js';
import type { BridgeSetup } from '../../../support/bridge-setup.js';
import { sqliteFile } from '../../../support/sqlite-file.js';
import { endsWith } from '../ends.js';
import type { FaultyWorld } from '../faulty-world.js';
import type { FaultRow, RowReport, Scale } from '../row.js';
import { acceptsAndSendsNothing, outbox, reconcileAndStart, withoutNamed } from '../way-out.js';

const STORAGE = 74;

interface Named {
  readonly messageId: string;
}

/** Noise stands where a page of the stopped database was that held waiting records, and one that held sent ones. */
async function damaged(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const times = scale === 'fast' ? 1 : 3;
  const topics = [await world.topic('damaged')];
  const setup = await world.bridge({ CONFIRM_WAIT_MS: '200' });
  const named = new Set<string>();
  const report = await world.oracle(
    setup,
    {
      topics,
      // The process is another one. What a destroyed page held was counted, and may have been lost: `withoutNamed`.
      without: ['resources', 'counters', 'lost'],
    },
    async ({ load }) => {
      for (let time = 0; time < times; time++) {
        await load.untilMoreConfirmed(30);
        world.proxy.setLine({ state: 'closed' });
        await load.untilMore(40);
        const code = await setup.bridge.terminate();
        if (code !== 0) throw new Error(`After SIGTERM the bridge ended with ${code}.`);
        world.proxy.heal();
        await damage(setup);
        await refusesToStart(setup);
        for (const id of await recovered(setup)) named.add(id);
        const stopped = { topics, load, code: 'RECONCILE_NEEDED' };
        await acceptsAndSendsNothing(world, setup, stopped);
        await reconcileAndStart(setup);
        await load.untilMoreConfirmed(20);
      }
    },
  );
  const { figures, gone } = withoutNamed(report, named);
  return {
    injected: times,
    findings: [report.findings],
    figures: [figures],
    note: `${named.size} records stood on destroyed pages and were named, ${gone} of them had not been sent`,
  };
}

async function damage({ database }: BridgeSetup): Promise<void> {
  const pages: number[] = [];
  for (const status of ['pending', 'sent']) {
    const [row] = await sqliteFile(
      database,
      `SELECT message_id FROM outbox WHERE status = '${status}' ORDER BY id DESC LIMIT 1 OFFSET 10`,
    );
    const [page] = await leafPagesWith(database, String(row?.['message_id']));
    if (page === undefined) throw new Error(`No page with a ${status} record is found.`);
    pages.push(page);
  }
  // Payloads of the newest records stand on the last pages of their table.
  const [payloads] = await sqliteFile(
    database,
    "SELECT pageno FROM dbstat WHERE name = 'payload' AND pagetype = 'leaf' ORDER BY path DESC LIMIT 1 OFFSET 2",
  );
  await destroyPages(database, [...pages, Number(payloads?.['pageno'])]);
}

async function refusesToStart({ bridge }: BridgeSetup): Promise<void> {
  const before = bridge.lines.length;
  const { ended } = await bridge.launch();
  await endsWith('On a damaged file the bridge', ended, STORAGE);
  const said = bridge.lines.slice(before);
  if (!said.some((line) => line.startsWith('storage_corrupt') && line.includes('-- recover'))) {
    throw new Error(`On a damaged file it said: ${said.join(' | ')}`);
  }
}

/** The ids that `recover` names as lost. */
async function recovered(setup: BridgeSetup): Promise<readonly string[]> {
  const { json } = await outbox(setup, ['recover', '--json'], 1);
  const { unreadable, withoutPayload, distrusted } = json as {
    readonly withoutPayload: readonly Named[];
    readonly unreadable: readonly Named[];
    readonly distrusted: readonly Named[];
  };
  return [...unreadable, ...withoutPayload, ...distrusted].map(({ messageId }) => messageId);
}

export const damageRows: readonly FaultRow[] = [
  {
    number: 31,
    title: 'pages of the database are destroyed',
    fast: false,
    withinMs: 5 * 60_000,
    run: damaged,
  },
];
