import kafkajs from 'kafkajs';
import type { Admin, ITopicMetadata } from 'kafkajs';

/** What one broker says of the cluster. */
export interface ClusterPicture {
  readonly clusterId: string;
  readonly liveBrokers: readonly number[];
  readonly topics: readonly ITopicMetadata[];
}

const WITHIN_MS = 6_000;
const RETRIES = 2;
/** A coordinator that loads its part of a new cluster refuses until it has done so. */
const OPENING_RETRIES = 20;

/** Asks the broker itself. @throws Error when it does not answer whole within 6 s. */
export function picture(address: string): Promise<ClusterPicture> {
  return withAdmin([address], async (admin) => {
    // The first answer comes from the broker of this address, since no other is connected yet.
    const { topics } = await admin.fetchTopicMetadata();
    const { brokers, clusterId } = await admin.describeCluster();
    return { clusterId, topics, liveBrokers: brokers.map(({ nodeId }) => nodeId) };
  });
}

/** Runs `work` with a connected admin client, under a deadline, because kafkajs may leave a promise unsettled. */
export async function withAdmin<T>(
  addresses: readonly string[],
  work: (admin: Admin) => Promise<T>,
  withinMs = WITHIN_MS,
  retries = RETRIES,
): Promise<T> {
  const admin = quietKafka(addresses, retries).admin();
  try {
    return await before(
      withinMs,
      admin.connect().then(() => work(admin)),
    );
  } finally {
    admin.disconnect().catch(() => {
      // What was asked is answered; the connection may end as it likes.
    });
  }
}

/**
 * Makes Kafka create its internal topics (offsets and transactions), which it does at first use only: the
 * first transaction of a cluster would otherwise wait for them.
 */
export async function openOnce(addresses: readonly string[], withinMs: number): Promise<void> {
  const producer = quietKafka(addresses, OPENING_RETRIES).producer({
    transactionalId: 'local-kafka-opening',
    maxInFlightRequests: 1,
  });
  try {
    await before(
      withinMs,
      producer
        .connect()
        .then(() => producer.transaction())
        .then((transaction) => transaction.abort())
        .then(() => withAdmin(addresses, describeOpening, withinMs, OPENING_RETRIES)),
    );
  } finally {
    producer.disconnect().catch(() => {
      // As above.
    });
  }
}

const describeOpening = (admin: Admin): Promise<unknown> =>
  admin.describeGroups(['local-kafka-opening']);

function quietKafka(addresses: readonly string[], retries: number) {
  return new kafkajs.Kafka({
    clientId: 'local-kafka',
    brokers: [...addresses],
    connectionTimeout: 2_000,
    requestTimeout: 4_000,
    retry: { retries, initialRetryTime: 100, maxRetryTime: 400 },
    logLevel: kafkajs.logLevel.NOTHING,
  });
}

async function before<T>(withinMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${withinMs} ms`)), withinMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
