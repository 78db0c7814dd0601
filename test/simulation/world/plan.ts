import { NO_TENANT, type DeliveryMode } from '@bridge/outbox';
import type { BridgeConfig } from '../../../apps/bridge/src/config/bridge.config.js';
import { planFaults, type Fault } from './plan-faults.js';
import { Random } from './random.js';

/** What a scenario is about. Each kind of fault is more frequent in one of them. */
export const EMPHASES = [
  'crashes',
  'network',
  'cluster',
  'refusals',
  'zombies',
  'database',
  'everything',
  'instances',
] as const;
export type Emphasis = (typeof EMPHASES)[number];

export interface PlannedTopic {
  readonly name: string;
  /** Whose it is; some have several topics, some are nobody's. */
  readonly tenant: string;
  readonly partitions: number;
  readonly maxBytes: number;
  readonly delivery: DeliveryMode;
  /** Not there before this moment; 0: from the beginning. */
  readonly since: number;
}

export interface PlannedPost {
  readonly messageId: string;
  readonly topic: string;
  readonly key: string | null;
  readonly bytes: number;
  /** Milliseconds after the client's post before it was answered. */
  readonly pause: number;
  readonly requestedPartition: number | null;
  /** Posts that stand next to each other with the same name are one transaction. */
  readonly transaction: string | null;
}

/** Posts one record after the other, each until it is accepted. Its keys are nobody else's. */
export interface PlannedClient {
  readonly name: string;
  readonly posts: readonly PlannedPost[];
  /** Whether the edge chooses partitions where it knows the topic. */
  readonly choosesPartitions: boolean;
}

export interface Plan {
  readonly seed: number;
  readonly emphasis: Emphasis;
  readonly topics: readonly PlannedTopic[];
  readonly clients: readonly PlannedClient[];
  readonly faults: readonly Fault[];
  readonly delivery: BridgeConfig['delivery'];
  /** Main pipelines of the first process and of each that follows. */
  readonly pipelines: readonly number[];
  /** Processes at once; more than one share the database. */
  readonly instances: number;
}

export const DEAD_LETTER_TOPIC = 'dead-letters';
const TENANTS = [NO_TENANT, 'one', 'two'] as const;
const USUAL_BYTES = 1_048_588;
const SMALL_BYTES = 1_500;

/** The seed says everything, also what the scenario is about. */
export function planOf(seed: number): Plan {
  const emphasis = EMPHASES[seed % EMPHASES.length] ?? 'everything';
  const random = new Random(seed);
  const topics = planTopics(random, emphasis).map((topic, index) => ({
    ...topic,
    tenant: TENANTS[(seed + index * index) % TENANTS.length] ?? NO_TENANT,
  }));
  const delivery = planDelivery(random, emphasis);
  return {
    seed,
    emphasis,
    topics,
    clients: planClients(random, emphasis, topics),
    faults: planFaults(random, emphasis, topics),
    delivery,
    pipelines: Array.from({ length: 4 }, () => (random.chance(0.3) ? 2 : delivery.pipelines)),
    instances: emphasis === 'instances' ? random.between(2, 3) : 1,
  };
}

function planTopics(random: Random, emphasis: Emphasis): Omit<PlannedTopic, 'tenant'>[] {
  const refuses = emphasis === 'refusals' ? 0.5 : emphasis === 'instances' ? 0.3 : 0.1;
  return Array.from({ length: random.between(1, 3) }, (_, index) => ({
    name: `topic-${index}`,
    partitions: random.between(1, 4),
    maxBytes: random.chance(refuses) ? SMALL_BYTES : USUAL_BYTES,
    delivery: random.chance(0.15) ? 'at-least-once' : 'exactly-once',
    since: random.chance(refuses / 2) ? random.between(100, 6_000) : 0,
  }));
}

function planDelivery(random: Random, emphasis: Emphasis): BridgeConfig['delivery'] {
  return {
    mode: random.chance(0.1) ? 'at-least-once' : 'exactly-once',
    pipelines: emphasis === 'instances' ? 1 : random.between(1, 2),
    batchMaxRecords: random.between(1, 16),
    batchMaxBytes: random.pick([500, 2_000, 10_000]),
    lingerMs: random.chance(0.2) ? 3 : 0,
    deadLetterTopic: DEAD_LETTER_TOPIC,
    onDeadLetter: random.chance(emphasis === 'refusals' || emphasis === 'instances' ? 0.6 : 0.1)
      ? 'park'
      : 'continue',
    maxAttempts: random.between(2, 4),
    retryInitialMs: random.between(10, 400),
    retryMultiplier: 2,
    retryMaxMs: 2_000,
  };
}

function planClients(
  random: Random,
  emphasis: Emphasis,
  topics: readonly PlannedTopic[],
): PlannedClient[] {
  return Array.from({ length: random.between(1, 4) }, (_, index) => {
    const name = `client-${index}`;
    const keys = Array.from({ length: random.between(1, 2) }, (__, key) => `${name}-key-${key}`);
    const many = random.chance(emphasis === 'refusals' ? 0.5 : 0.2) ? 25 : 10;
    const posts = Array.from({ length: random.between(2, many) }, (__, post) =>
      planPost(random, emphasis, topics, `${name}-${post}`, keys),
    );
    const inTransactions = planTransactions(random, emphasis, topics, posts);
    return { name, posts: inTransactions, choosesPartitions: random.chance(0.7) };
  });
}

/** Now and then a few posts become one transaction, of topics that can have it. */
function planTransactions(
  random: Random,
  emphasis: Emphasis,
  topics: readonly PlannedTopic[],
  posts: readonly PlannedPost[],
): PlannedPost[] {
  const able = topics.filter(({ delivery }) => delivery === 'exactly-once');
  if (able.length === 0 || random.chance(0.5)) return [...posts];
  const often = emphasis === 'refusals' ? 0.3 : 0.15;
  const planned: PlannedPost[] = [];
  for (let at = 0; at < posts.length;) {
    const size = random.chance(often) ? random.between(1, 5) : 0;
    if (size === 0) planned.push(...posts.slice(at, at + 1));
    for (const post of posts.slice(at, at + size)) {
      planned.push({
        ...post,
        topic: random.pick(able).name,
        transaction: `t-${post.messageId.split('-')[1]}-${at}`,
      });
    }
    at += Math.max(size, 1);
  }
  return planned;
}

function planPost(
  random: Random,
  emphasis: Emphasis,
  topics: readonly PlannedTopic[],
  messageId: string,
  keys: readonly string[],
): PlannedPost {
  const { name: topic, partitions } = random.pick(topics);
  const isLarge = random.chance(emphasis === 'refusals' ? 0.2 : 0.05);
  const demands = random.chance(emphasis === 'refusals' ? 0.05 : 0.01);
  return {
    messageId,
    topic,
    key: random.chance(0.1) ? null : random.pick(keys),
    bytes: isLarge ? 2 * SMALL_BYTES : random.between(20, 200),
    pause: random.chance(0.6) ? 0 : random.between(1, random.pick([20, 800])),
    requestedPartition: demands ? random.between(0, partitions) : null,
    transaction: null,
  };
}
