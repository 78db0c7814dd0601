import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { picture } from '../../dev/kafka/cluster-probe.js';
import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { readTopic } from '../support/consumer.js';

const MINUTES = 60_000;

describe('a local Kafka', () => {
  let cluster: LocalKafka;

  beforeAll(async () => {
    cluster = await LocalKafka.start();
  }, 3 * MINUTES);

  afterAll(() => cluster.stop());

  test('has three brokers below the ephemeral ports, and topics that lose nothing', async () => {
    await cluster.createTopic('invoices');

    const { liveBrokers, topics, clusterId } = await picture(cluster.broker(1).address);
    expect(liveBrokers.toSorted()).toEqual([1, 2, 3]);
    expect(clusterId).toBe(cluster.clusterId);
    expect(cluster.brokers.every(({ port }) => port < 32_768)).toBe(true);
    const created = topics.find(({ name }) => name === 'invoices');
    expect(created?.partitions.map(({ isr }) => isr.toSorted())).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(await settings('invoices')).toMatchObject({
      'min.insync.replicas': '2',
      'unclean.leader.election.enable': 'false',
    });
  });

  test(
    'keeps what was written when every broker is killed',
    async () => {
      await cluster.createTopic('kept');
      await produce('kept', ['a', 'b', 'c']);

      await cluster.killAll();
      expect(cluster.brokers.map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped']);
      await cluster.startAll();
      await cluster.waitReady();

      const values = (await readTopic(cluster.bootstrap, 'kept')).map(({ value }) => String(value));
      expect(values.toSorted()).toEqual(['a', 'b', 'c']);
    },
    3 * MINUTES,
  );

  /** A broker leaves the list of the living some time after its leaderships have moved. */
  async function untilListed(ids: readonly number[]): Promise<void> {
    for (;;) {
      // While the controller is the one that is frozen, nobody may answer for some seconds.
      const listed = await picture(cluster.broker(1).address).then(
        ({ liveBrokers }) => liveBrokers,
        () => [],
      );
      if (String(listed.toSorted()) === String(ids)) return;
      await delay(50);
    }
  }

  test(
    'goes on with two brokers while one is frozen, and takes it back',
    async () => {
      await cluster.broker(3).pause();
      await cluster.waitReady();
      await untilListed([1, 2]);

      await cluster.broker(3).resume();
      await cluster.waitReady();
      await untilListed([1, 2, 3]);
    },
    2 * MINUTES,
  );

  test(
    'says why it is not ready when a broker has died by itself',
    async () => {
      process.kill(pidOf(cluster.broker(2).port), 'SIGKILL');

      await expect(until(() => cluster.broker(2).state === 'ended')).resolves.toBeUndefined();
      await expect(cluster.waitReady(1)).rejects.toThrow(/not ready[^]*broker 2 \(ended\)/);

      await cluster.broker(2).start();
      await cluster.waitReady();
    },
    2 * MINUTES,
  );

  test(
    'is another cluster with nothing in it after a wipe',
    async () => {
      const before = cluster.clusterId;
      await cluster.createTopic('wiped');
      await expect(cluster.wipe()).rejects.toThrow('Stop every broker');

      await cluster.killAll();
      await cluster.wipe();
      await cluster.startAll();
      await cluster.waitReady();

      const { topics, clusterId } = await picture(cluster.broker(2).address);
      expect(clusterId).not.toBe(before);
      expect(topics.map(({ name }) => name)).not.toContain('wiped');
    },
    3 * MINUTES,
  );

  async function settings(topic: string): Promise<Record<string, string>> {
    const admin = kafkaOf(cluster).admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
    });
    await admin.disconnect();
    const entries = resources[0]?.configEntries ?? [];
    return Object.fromEntries(
      entries.map(({ configName, configValue }) => [configName, configValue]),
    );
  }

  async function produce(topic: string, values: readonly string[]): Promise<void> {
    const producer = kafkaOf(cluster).producer();
    await producer.connect();
    await producer.send({ topic, acks: -1, messages: values.map((value) => ({ value })) });
    await producer.disconnect();
  }
});

test(
  'a local Kafka dies with whoever started it, and leaves no data',
  async () => {
    const starter = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { LocalKafka } from '${join(PROJECT_ROOT, 'dist', 'dev', 'kafka', 'local-kafka.js')}';
       const cluster = await LocalKafka.start();
       await cluster.broker(1).kill();
       await cluster.broker(2).pause();
       console.log(JSON.stringify(cluster.brokers.map(({ port }) => port)));
       setInterval(() => {}, 1000);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const line = await new Promise<string>((resolve, reject) => {
      starter.stdout.once('data', (text: Buffer) => resolve(text.toString()));
      starter.once('exit', () => reject(new Error('The starter ended before the cluster was up.')));
    });
    const [, second = 0, third = 0] = JSON.parse(line) as number[];
    const pids = [pidOf(second), pidOf(third)];
    const data = dataFolderOf(pids[0] ?? 0);
    expect(existsSync(data)).toBe(true);

    starter.kill('SIGKILL');

    await until(() => pids.every((pid) => !isRunning(pid)) && !existsSync(data));
  },
  3 * MINUTES,
);

function kafkaOf({ bootstrap }: LocalKafka): InstanceType<typeof kafkajs.Kafka> {
  return new kafkajs.Kafka({ brokers: bootstrap, logLevel: kafkajs.logLevel.NOTHING });
}

/** The Java process whose settings name this port; only brokers of this test have it. */
function pidOf(port: number): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const file = commandOf(Number(pid)).at(-1) ?? '';
    if (!file.startsWith(join(tmpdir(), 'ponte-kafka-')) || !existsSync(file)) continue;
    const listens = readFileSync(file, 'utf8').includes(
      `advertised.listeners=CLIENT://127.0.0.1:${port}\n`,
    );
    if (listens && commandOf(Number(pid))[0] === 'java') return Number(pid);
  }
  throw new Error(`No broker runs with port ${port}.`);
}

function dataFolderOf(pid: number): string {
  return join(commandOf(pid).at(-1) ?? '', '..');
}

function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
  } catch {
    return [];
  }
}

/** A process that has ended but was not yet collected has an empty command line. */
function isRunning(pid: number): boolean {
  return commandOf(pid).length > 0;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(20);
}
