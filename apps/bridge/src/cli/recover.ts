import { recoverSqlite, sqliteFileOf, type Recovered } from '@bridge/outbox';
import { KafkaError } from '@bridge/kafka';
import type { BridgeConfig } from '../config/bridge.config.js';
import { possibleHashes } from '../ingestion/index.js';
import { withKafka } from './kafka-access.js';
import { count, RESULT, some, type Progress, type Report } from './report.js';

/** Makes a new outbox of what can be read of a damaged SQLite file. */
export async function recover(
  config: BridgeConfig,
  outboxId: string | null,
  progress: Progress,
): Promise<Report> {
  const source = sqliteFileOf(config.outbox.url);
  if (source === null) {
    const line = 'This outbox is in PostgreSQL: recover it with the tools of PostgreSQL.';
    return { result: RESULT.notDone, lines: [line], json: { error: line } };
  }
  const recovered = await recoverSqlite(source, {
    outboxId,
    ...(config.outbox.valueKeys === null ? {} : { valueKeys: config.outbox.valueKeys }),
    trust: ({ requestHash, requestedPartition, ...record }) =>
      possibleHashes(record, [requestedPartition]).some((hash) => hash.equals(requestHash)),
    onProgress: (table, rows) => progress(`${table}: ${count(rows, 'row')}`),
  });
  if (recovered === null) {
    const line = `${source} is not damaged (integrity_check: ok). Nothing was changed.`;
    return { result: RESULT.well, lines: [line], json: { damaged: false } };
  }
  return reportOf(source, recovered);
}

function reportOf(source: string, recovered: Recovered): Report {
  const { tables, damagedFolder, damage, distrusted, unreadable, withoutPayload } = recovered;
  const ranges = (lost: Recovered['tables'][number]['lost']): string =>
    lost.map(({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`)).join(', ');
  return {
    result: RESULT.toDo,
    lines: [
      `${source} was damaged: ${damage[0]}.`,
      `Its files are now in ${damagedFolder}, as they were. A new outbox stands in their place.`,
      ...tables.map(({ table, salvaged, lost }) => {
        const missing =
          lost.length === 0 ? '' : `; what had the ids ${ranges(lost)} cannot be read`;
        return `${table}: ${count(salvaged, 'row')} taken over${missing}.`;
      }),
      ...unreadableLines(unreadable),
      ...(withoutPayload.length === 0
        ? []
        : [
            `${count(withoutPayload.length, 'record has', 'records have')} lost the payload and` +
              ' were left out (reconcile finds those that Kafka has; the ERP must post the others again):',
            ...some(withoutPayload.map(({ id, messageId }) => `${messageId} (id ${id})`)),
          ]),
      ...(distrusted.length === 0
        ? []
        : [
            `${count(distrusted.length, 'record')} can be read but not believed: the bytes are not those` +
              ' that were posted. They were left out:',
            ...some(distrusted.map(({ id, messageId }) => `${messageId} (id ${id})`)),
          ]),
      'Nothing is sent from the new outbox before it was compared with Kafka. Now run: npm run outbox -- reconcile',
    ],
    json: { damaged: true, ...recovered },
  };
}

function unreadableLines(unreadable: Recovered['unreadable']): readonly string[] {
  if (unreadable === null) {
    return [
      'Which records were lost cannot be told: the index of message ids is damaged, too. The books of the ERP tell.',
    ];
  }
  if (unreadable.length === 0) return [];
  return [
    `${count(unreadable.length, 'record was', 'records were')} lost, by the index of message ids` +
      ' (reconcile finds those that Kafka has; the ERP must post the others again):',
    ...some(unreadable.map(({ id, messageId }) => `${messageId} (id ${id})`)),
  ];
}

/** Names of outboxes that have a ledger in this cluster, for a database that has lost its own. */
export async function namesInKafka(config: BridgeConfig): Promise<readonly string[]> {
  try {
    return await withKafka(config, async ({ scan }) => {
      const groups = await scan.groups('ponte-');
      return groups.flatMap((group) => /^ponte-([0-9a-f]{16})-ledger$/.exec(group)?.[1] ?? []);
    });
  } catch (error) {
    if (error instanceof KafkaError) return [];
    throw error;
  }
}
