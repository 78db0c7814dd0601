import { randomUUID } from 'node:crypto';
import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { createTopics } from '../../dev/kafka/topics.js';
import type { NewLocalTopic } from '../../dev/kafka/topics.js';

/** Set by `npm test` for the files that share one cluster: its bootstrap addresses, comma separated. */
const SHARED = 'PONTE_TEST_KAFKA';

/** A cluster that other test files use at the same time: make topics, take nothing down. */
export interface SharedCluster {
  readonly bootstrap: string[];
  /** Creates a topic that no other test has, 3 partitions on 3 brokers unless said otherwise, and gives its name. */
  createTopic(prefix: string, options?: NewLocalTopic): Promise<string>;
  /** Ends the cluster when it was started for this file alone. */
  release(): Promise<void>;
}

/**
 * The cluster that `npm test` keeps for all files, or one of this file's own when it is run alone.
 * A test that takes brokers down starts a `LocalKafka` of its own and stands in test/promises or test/faults.
 */
export async function sharedCluster(): Promise<SharedCluster> {
  const shared = process.env[SHARED]?.split(',');
  const own = shared === undefined ? await LocalKafka.start() : null;
  const bootstrap = shared ?? own?.bootstrap ?? [];
  return {
    bootstrap,
    createTopic: async (prefix, options) => {
      const topic = `${prefix}-${randomUUID().slice(0, 8)}`;
      await createTopics(bootstrap, [topic], options);
      return topic;
    },
    release: async () => own?.stop(),
  };
}
