import { createRequire } from 'node:module';
import { expectFunction } from './expect-function.js';
import { kafkaErrorNumber } from './kafkajs-error.js';
import { encodeProduceRequests } from './kafkajs-produce-request.js';
import { namePartitions } from './kafkajs-partition-answers.js';
import { responseOf } from './kafkajs-response.js';
import { watchOnlyWhatWaits } from './kafkajs-request-timeouts.js';

/*
 * Faults of kafkajs 2.2.4 that no setting turns off, and what it wastes most time on. Its version is pinned by the lock file; each patch
 * checks that it finds what it was written for, and test/kafka shows what happens without it.
 */

const require = createRequire(import.meta.url);
let applied = false;

export function patchKafkaJs(): void {
  if (applied) return;
  applied = true;
  stopIdleLoop();
  watchOnlyWhatWaits();
  tolerateSickPartitions();
  passOnRefusals();
  namePartitions();
  encodeProduceRequests();
}

interface RequestQueueInternals {
  readonly pending: readonly unknown[];
}

/**
 * kafkajs wakes every connection some 1,800 times a second for ever, although nothing waits (3 % of a core for
 * each idle producer; Node 24 prints a warning too). With nothing pending there is nothing to check: answers and
 * new requests check by themselves.
 */
function stopIdleLoop(): void {
  const queue = require('kafkajs/src/network/requestQueue') as {
    prototype: { scheduleCheckPendingRequests: (this: RequestQueueInternals) => void };
  };
  const original = expectFunction(queue.prototype.scheduleCheckPendingRequests);
  queue.prototype.scheduleCheckPendingRequests = function schedule(): void {
    if (this.pending.length > 0) original.call(this);
  };
}

interface MetadataAnswer {
  readonly topicMetadata: readonly {
    readonly topicErrorCode: number;
    readonly partitionMetadata: readonly unknown[];
  }[];
}

interface MetadataResponse {
  parse: (answer: MetadataAnswer) => Promise<MetadataAnswer>;
}

const METADATA_VERSIONS = [0, 1, 2, 3, 4, 5, 6];

/**
 * kafkajs throws a whole metadata answer away when one partition in it has no leader, and it asks for all topics
 * of the cluster where it names none, as before a fence. One dead broker with one unreplicated partition of
 * anybody's then keeps every producer from starting. A partition without a leader is a fact about that
 * partition: the request that needs it fails by itself. The same holds for one topic among several.
 */
function tolerateSickPartitions(): void {
  for (const version of METADATA_VERSIONS) {
    const response = responseOf('metadata', version) as MetadataResponse;
    const original = expectFunction(response.parse);
    response.parse = async (answer) => {
      const [only] = answer.topicMetadata;
      if (answer.topicMetadata.length !== 1 || only === undefined) return answer;
      // Of a single topic only its own error counts, which the original knows how to name.
      await original({ ...answer, topicMetadata: [{ ...only, partitionMetadata: [] }] });
      return answer;
    };
  }
}

/** No such topic, a topic on its way out; no right to the group, the cluster, the transactional id. */
const PASSED_ON: ReadonlySet<number | null> = new Set([3, 5, 30, 31, 53]);

type AskOneBroker = (broker: unknown) => Promise<unknown>;

/**
 * kafkajs asks one broker after the other for the coordinator, or for metadata, and forgets what each has said. A right
 * that is missing then looks like a cluster that is away, and nobody would know what to grant; a topic that has just been
 * deleted is a `TypeError` where its metadata were known.
 */
function passOnRefusals(): void {
  const brokers = require('kafkajs/src/cluster/brokerPool') as {
    prototype: { withBroker: (ask: AskOneBroker) => Promise<unknown> };
  };
  const original = expectFunction(brokers.prototype.withBroker);
  brokers.prototype.withBroker = async function withBroker(ask): Promise<unknown> {
    let said: unknown = null;
    const asking: AskOneBroker = (broker) =>
      ask(broker).catch((error: unknown) => {
        said = error;
        throw error;
      });
    const answer = await original.call(this, asking);
    if (answer === null && PASSED_ON.has(kafkaErrorNumber(said))) throw said;
    return answer;
  };
}
