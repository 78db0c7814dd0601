import { mkdtemp } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import type { BridgeProcess } from '../../../support/bridge-process.js';
import type { BridgeSetup } from '../../../support/bridge-setup.js';
import type { Run } from '../../../support/oracle/run-with-oracle.js';
import type { FaultyWorld } from '../faulty-world.js';
import { OWN_CLIENT, ownRequest, postOwn, type OwnRequest } from '../own-records.js';
import { untilReadyIs } from '../ready.js';
import type { FaultRow, RowReport } from '../row.js';
import { acceptsAndSendsNothing, reconcileAndStart, withoutNamed } from '../way-out.js';
import { WAYS_BACK } from '../ways-back.js';

const OWN_RECORDS = 10;

async function older(world: FaultyWorld): Promise<RowReport> {
  const topic = await world.topic('older');
  const topics = [topic];
  const setup = await world.bridge({ CONFIRM_WAIT_MS: '200' });
  const thrownAway = new Set<string>();
  const report = await world.oracle(
    setup,
    {
      topics,
      // The process is another one. What only the lost part of the database held was counted, and is gone with it:
      // `withoutNamed` sees to the rest.
      without: ['resources', 'counters', 'lost'],
    },
    async (run) => {
      const { load } = run;
      for (const [time, way] of WAYS_BACK.entries()) {
        const copy = join(await mkdtemp(join(setup.folder, 'copy-')), 'outbox.db');
        const scene = { world, setup, load, copy };
        await load.untilMoreConfirmed(20);
        await way.before(scene);
        const own = await postOwnRecords(setup, run, topic, time);
        for (const id of await way.goBack(scene)) thrownAway.add(id);
        if (way.code === null) {
          await putsRight(setup.bridge);
        } else {
          await acceptsAndSendsNothing(world, setup, { topics, load, code: way.code });
          await reconcileAndStart(setup);
        }
        for (const request of own) await isDuplicate(setup, request);
        await load.untilMoreConfirmed(20);
      }
    },
  );
  const { figures, gone } = withoutNamed(report, thrownAway);
  const ways = WAYS_BACK.map(({ name, code }) => `${name}: ${code ?? 'put right'}`);
  return {
    injected: WAYS_BACK.length,
    findings: [report.findings],
    figures: [figures],
    note: `${ways.join(', ')}; ${gone} records were only in what was thrown away`,
  };
}

async function putsRight(bridge: BridgeProcess): Promise<void> {
  await bridge.start();
  await untilReadyIs(bridge.url, null);
  if (!bridge.lines.some((line) => line.includes('The outbox was put right'))) {
    throw new Error('The bridge does not say that its log was deleted.');
  }
}

/** Records that are in Kafka when this is done. */
async function postOwnRecords(
  { bridge }: BridgeSetup,
  { know }: Run,
  topic: string,
  time: number,
): Promise<readonly OwnRequest[]> {
  const agent = new Agent({ keepAlive: true });
  const requests = Array.from({ length: OWN_RECORDS }, (_, index) =>
    ownRequest({
      topic,
      messageId: `${topic}-own-${time}-${index}`,
      key: 'own',
      client: OWN_CLIENT,
      number: time * OWN_RECORDS + index,
    }),
  );
  for (const request of requests) {
    const posted = await postOwn(bridge.url, agent, request, { prefer: 'wait=20' });
    know([posted]);
    if (!posted.confirmed) throw new Error(`${posted.messageId} was not confirmed by Kafka.`);
  }
  agent.destroy();
  return requests;
}

/** The ERP posts again what was delivered after the copy was taken. */
async function isDuplicate({ bridge }: BridgeSetup, request: OwnRequest): Promise<void> {
  const { topic, messageId } = request.posting;
  const response = await fetch(`${bridge.url}/topics/${topic}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Uint8Array(request.body),
    signal: AbortSignal.timeout(30_000),
  });
  const { duplicate } = (await response.json()) as { readonly duplicate?: boolean };
  if (response.status !== 200 || duplicate !== true) {
    throw new Error(`${messageId} again: ${response.status}, duplicate ${duplicate}.`);
  }
}

export const olderRows: readonly FaultRow[] = [
  {
    number: 32,
    title: 'the write-ahead log is deleted; the database is restored from an older copy',
    fast: false,
    withinMs: 5 * 60_000,
    run: older,
  },
];
