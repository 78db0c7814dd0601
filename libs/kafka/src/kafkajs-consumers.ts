import { createRequire } from 'node:module';
import { expectFunction } from './expect-function.js';
import { KafkaClient, type KafkaConnection } from './kafkajs-client.js';
import {
  committedRecords,
  type AbortedTransaction,
  type ReadMessage,
} from './committed-records.js';

/** A part of kafkajs that its types do not name. */
interface RunnerInternals {
  readonly running: boolean;
}

type Fetch = (this: RunnerInternals, nodeId: number) => Promise<readonly unknown[]>;

interface FetchedPartition {
  readonly messages: readonly (ReadMessage & { isControlRecord?: boolean })[];
  readonly abortedTransactions?: readonly AbortedTransaction[] | null;
}

interface Answer {
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
}

type AskBroker = (this: unknown, request: { readonly isolationLevel?: number }) => Promise<Answer>;

const READ_COMMITTED = 1;
const require = createRequire(import.meta.url);
let applied = false;

/**
 * A client of kafkajs for a consumer that stays, with the sockets and time limits of the bridge's own: whoever consumes by
 * another library's transport gives it this one.
 */
export function consumingClient(connection: KafkaConnection): object {
  patchConsumers();
  return new KafkaClient(connection).kafka;
}

/**
 * Two faults of the kafkajs consumer (2.2.4); a test would take them for faults of the bridge.
 *
 * A kafkajs consumer that is stopped while its fetchers are made anew, because a leader has moved, starts them once
 * more, and each asks for ever, gets nothing at once, and lets nobody else run in its process (2.2.4; seen in a
 * run of the fault matrix, which stood still for ten minutes). A fetcher of a stopped consumer ends here.
 */
export function patchConsumers(): void {
  if (applied) return;
  applied = true;
  const runner = require('kafkajs/src/consumer/runner') as { prototype: { fetch: Fetch } };
  const original = expectFunction(runner.prototype.fetch);
  runner.prototype.fetch = async function fetch(nodeId): Promise<readonly unknown[]> {
    if (!this.running) throw new Error('The consumer is stopped.');
    return original.call(this, nodeId);
  };
  hideAborted();
}

/**
 * Where an answer begins within two aborted transactions, the consumer shows records of the second one
 * (`libs/kafka/src/committed-records.ts`). It passes over markers, so they are marked as such.
 */
function hideAborted(): void {
  const broker = require('kafkajs/src/broker') as { prototype: { fetch: AskBroker } };
  const original = expectFunction(broker.prototype.fetch);
  broker.prototype.fetch = async function fetch(request): Promise<Answer> {
    const answer = await original.call(this, request);
    if (request.isolationLevel !== READ_COMMITTED) return answer;
    for (const { partitions } of answer.responses) {
      for (const { messages, abortedTransactions } of partitions) {
        const committed = new Set(committedRecords(messages, abortedTransactions ?? []));
        for (const one of messages) if (!committed.has(one)) one.isControlRecord = true;
      }
    }
    return answer;
  };
}
