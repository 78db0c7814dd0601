import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { javaJars } from '../../dev/kafka/java-jars.js';
import { sqliteFile } from './sqlite-file.js';

const TRANSACTIONS = '__transaction_state';
const GROUPS = '__consumer_offsets';

/** Node id of the broker that coordinates the transactions of the bridge's main pipeline. */
export async function pipelineCoordinator(
  bootstrap: readonly string[],
  database: string,
): Promise<number> {
  const [row] = await sqliteFile(database, "SELECT value FROM meta WHERE name = 'outbox_id'");
  const id = `ponte-${String(row?.['value'])}-main-0`;
  return withAdmin(bootstrap, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [TRANSACTIONS] });
    const partitions = topics[0]?.partitions ?? [];
    // As Kafka does it: Java's hash of the id, without its sign, modulo the number of partitions.
    const wanted = (javaHash(id) & 0x7fffffff) % partitions.length;
    const found = partitions.find(({ partitionId }) => partitionId === wanted);
    if (found === undefined) throw new Error(`${TRANSACTIONS} has no partition ${wanted}.`);
    return found.leader;
  });
}

/** Gives every partition of these topics, and of Kafka's own, to the next of its replicas. */
export async function moveLeaders(
  bootstrap: readonly string[],
  topics: readonly string[],
): Promise<void> {
  await withAdmin(bootstrap, async (admin) => {
    const wanted = [...topics, TRANSACTIONS, GROUPS];
    const metadata = await admin.fetchTopicMetadata({ topics: wanted });
    await admin.alterPartitionReassignments({
      topics: metadata.topics.map(({ name, partitions }) => ({
        topic: name,
        partitionAssignment: partitions.map(({ partitionId, leader, replicas }) => {
          const next = replicas[(replicas.indexOf(leader) + 1) % replicas.length] ?? leader;
          return {
            partition: partitionId,
            replicas: [next, ...replicas.filter((replica) => replica !== next)],
          };
        }),
      })),
    });
  });
  await electPreferred(bootstrap);
}

/** With Kafka's own tool: kafkajs has no call for it. */
async function electPreferred(bootstrap: readonly string[]): Promise<void> {
  const jars = await javaJars();
  if (jars === null) throw new Error('Moving leaders needs Java and Maven.');
  const election = ['--election-type', 'preferred', '--all-topic-partitions'];
  await promisify(execFile)('java', [
    '-Xmx64m',
    '-XX:TieredStopAtLevel=1',
    '-cp',
    join(jars, 'lib', '*'),
    'org.apache.kafka.tools.LeaderElectionCommand',
    '--bootstrap-server',
    bootstrap.join(','),
    ...election,
  ]);
}

async function withAdmin<T>(
  bootstrap: readonly string[],
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const kafka = new kafkajs.Kafka({
    brokers: [...bootstrap],
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

function javaHash(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(31, hash) + text.charCodeAt(at)) | 0;
  return hash;
}
