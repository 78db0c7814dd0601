import { KafkaError, type LedgerNumber } from '@bridge/kafka';
import {
  inspectOutbox,
  inspectPipelines,
  OutboxError,
  type Inspection,
  type PipelineState,
} from '@bridge/outbox';
import { LEDGER_TOPIC, type BridgeConfig } from '../config/bridge.config.js';
import { compareLedger, identify, LEDGERED } from '../relay/index.js';
import { withKafka, type KafkaAccess } from './kafka-access.js';
import { ledgerSentence, RECONCILE_NEXT, type Compared } from './ledger-words.js';
import { count, moment, RESULT, size, type Report } from './report.js';

/** What was found out about the ledger; `null` where Kafka did not answer, with the reason. */
type Ledgers = { readonly compared: readonly Compared[] } | { readonly silent: string };

/** Looks and changes nothing; may run beside a bridge. */
export async function check(config: BridgeConfig): Promise<Report> {
  let found: Inspection;
  try {
    found = await inspectOutbox(config.outbox);
  } catch (error) {
    if (!(error instanceof OutboxError)) throw error;
    const lines = [`${error.code}: ${error.message}`];
    return { result: RESULT.notDone, lines, json: { code: error.code, message: error.message } };
  }
  const ledgers = await ledgersOf(config, found);
  const compared = 'compared' in ledgers ? ledgers.compared : [];
  const todo = whatIsToDo(config, found, compared);
  return {
    result: todo.length === 0 ? RESULT.well : RESULT.toDo,
    lines: [...databaseLines(config, found), ...ledgerLines(ledgers), ...todo],
    json: { ...found, ledger: ledgers, toDo: todo },
  };
}

async function ledgersOf(config: BridgeConfig, found: Inspection): Promise<Ledgers> {
  const { outboxId, pipelines, running } = found;
  if (outboxId === null) return { compared: [] };
  try {
    return await withKafka(config, async ({ scan }) => {
      const compared = await compareAll(scan, outboxId, pipelines);
      if (!running || !compared.some(isStop)) return { compared };
      const now = await inspectPipelines(config.outbox.url);
      return { compared: secondLook(compared, now, await compareAll(scan, outboxId, now)) };
    });
  } catch (error) {
    if (error instanceof KafkaError) return { silent: `${error.code} (${error.message})` };
    throw error;
  }
}

function isStop({ verdict }: Compared): boolean {
  return verdict.found === 'stop';
}

/**
 * Beside a running bridge both sides move while they are read. A database that is still behind what the ledger
 * held before it was read, or a ledger that is behind what the database held before, is no movement.
 */
function secondLook(
  first: readonly Compared[],
  now: readonly PipelineState[],
  second: readonly Compared[],
): readonly Compared[] {
  return second.map((one) => {
    const before = first.find(({ name }) => name === one.name);
    const committed = now.find(({ name }) => name === one.name)?.committedNumber ?? 0;
    const isBehind = (before?.ledger ?? 0) > committed;
    const wentBack = one.verdict.found === 'stop' && one.verdict.code === 'KAFKA_WENT_BACK';
    return isBehind || wentBack ? one : { ...one, verdict: { found: 'clean' } };
  });
}

/** Without a fence: a bridge that runs moves its numbers on while they are read. */
export async function compareAll(
  scan: KafkaAccess['scan'],
  outboxId: string,
  pipelines: readonly PipelineState[],
): Promise<readonly Compared[]> {
  const { group } = identify(outboxId, 'side').slot;
  const numbers = await scan.peek(group, LEDGER_TOPIC);
  return LEDGERED.flatMap((name) => {
    const state = pipelines.find((one) => one.name === name);
    const ledger = numbers.get(identify(outboxId, name).slot.partition) ?? null;
    return state === undefined && ledger === null ? [] : [comparedOf(name, state, ledger)];
  });
}

const NEW = { batchNumber: 0, committedNumber: 0, openBatch: null, ledgerAt: null } as const;

export function comparedOf(
  name: string,
  state: PipelineState = { name, ...NEW },
  ledger: LedgerNumber | null,
): Compared {
  return {
    name,
    committed: state.committedNumber,
    open: state.openBatch?.number ?? null,
    ledger: ledger?.number ?? null,
    verdict: compareLedger(state, ledger, Date.now()),
  };
}

function databaseLines(config: BridgeConfig, found: Inspection): readonly string[] {
  const { where, running, damage, unsettled, orphanPayloads, disk, unsafe, engine } = found;
  const whole = engine === 'sqlite' ? ' It is whole (integrity_check: ok).' : '';
  return [
    `The outbox is ${where}.${damage.length === 0 ? whole : ''}`,
    running ? 'A bridge has it open.' : 'No bridge has it open.',
    ...(damage.length > 0 ? [] : holds(found)),
    ...(unsettled.oldestAt !== null && unsettled.pending + unsettled.failed > 0
      ? [`The oldest that waits was accepted at ${moment(unsettled.oldestAt)}.`]
      : []),
    ...(unsettled.unpublished > 0
      ? [
          `${count(unsettled.unpublished, 'dead letter is', 'dead letters are')} not yet in` +
            ` ${config.delivery.deadLetterTopic}.`,
        ]
      : []),
    ...(disk === null
      ? []
      : [`Its disk has ${size(disk.freeBytes)} of ${size(disk.totalBytes)} free.`]),
    ...(orphanPayloads > 0
      ? [
          `${count(orphanPayloads, 'payload belongs', 'payloads belong')} to no record: never sent, only in the way.`,
        ]
      : []),
    ...unsafe.map((reason) => `It cannot keep its promise: ${reason}.`),
  ];
}

function holds({ rows }: Inspection): readonly string[] {
  return [
    `It holds ${rows.pending} pending, ${rows.failed} failed, ${rows.sent} sent records and` +
      ` ${rows.dlq} dead letters, and the ids of ${rows.purged} that were removed.`,
  ];
}

function ledgerLines(ledgers: Ledgers): readonly string[] {
  if ('silent' in ledgers) {
    return [`Kafka did not answer: ${ledgers.silent}. The ledger was not compared.`];
  }
  return ledgers.compared.map(ledgerSentence);
}

/** Each as the sentence that tells the operator what to do next. */
function whatIsToDo(
  config: BridgeConfig,
  found: Inspection,
  compared: readonly Compared[],
): readonly string[] {
  const { damage, needsReconcile, unsafe, disk, engine } = found;
  if (damage.length > 0) {
    const next =
      engine === 'sqlite'
        ? 'Stop the bridge, then run: npm run outbox -- recover'
        : 'Stop the bridges, and put it right with the tools of PostgreSQL.';
    return [`It is damaged: ${damage[0]}. ${next}`];
  }
  const todo: string[] = [];
  if (needsReconcile !== null) {
    todo.push(`RECONCILE_NEEDED: the outbox ${needsReconcile}. ${RECONCILE_NEXT}`);
  } else if (compared.some(isStop)) {
    todo.push(RECONCILE_NEXT);
  }
  if (unsafe.length > 0) todo.push('Change these settings of the server; the bridge refuses them.');
  if (disk !== null && disk.freeBytes < leastFree(config, disk.totalBytes)) {
    todo.push('The disk is nearly full: new records are refused with 507. Make room on it.');
  }
  return todo;
}

function leastFree({ limits }: BridgeConfig, totalBytes: number): number {
  const { minFreeDisk } = limits;
  return 'bytes' in minFreeDisk ? minFreeDisk.bytes : (totalBytes * minFreeDisk.percent) / 100;
}
