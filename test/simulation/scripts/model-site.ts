import { KafkaModel } from '../kafka-model/kafka-model.js';
import { ModelLedger } from '../model-ports/model-ledger.js';
import { ModelPlainProducer } from '../model-ports/model-plain.producer.js';
import { ModelTopicAdmin } from '../model-ports/model-topic.admin.js';
import { ModelTransactionalProducers } from '../model-ports/model-transactional.producer.js';
import { Network } from '../world/network.js';
import { SimulatedProcess } from '../world/process.js';
import { Random } from '../world/random.js';
import { Scheduler } from '../world/scheduler.js';
import { Trace } from '../world/trace.js';
import { VirtualClock } from '../world/virtual-clock.js';
import type { Script, Site, TopicContent } from './site.js';

const LEDGER = 'ledger';
const AFTER_ALL_MARKERS_MS = 10_000;

/** The model behind the ports of the simulation. */
export class ModelSite implements Site {
  readonly producers: ModelTransactionalProducers;
  readonly plain: ModelPlainProducer;
  readonly ledger: ModelLedger;
  readonly topics: ModelTopicAdmin;
  private readonly scheduler: Scheduler;
  private readonly kafka: KafkaModel;
  private readonly names: string[] = [];
  private pipelines = 0;

  constructor(seed: number) {
    const unseen = (): void => undefined;
    this.scheduler = new Scheduler(new Random(seed), new Trace(false));
    this.kafka = new KafkaModel(this.scheduler, unseen);
    const process = new SimulatedProcess('bridge', this.scheduler);
    const site = {
      kafka: this.kafka,
      network: new Network(this.scheduler, this.kafka.cluster, unseen),
      process,
      clock: new VirtualClock(this.scheduler, process),
    };
    this.producers = new ModelTransactionalProducers(site, { tried: unseen, answered: unseen });
    this.plain = new ModelPlainProducer(site);
    this.ledger = new ModelLedger(site);
    this.topics = new ModelTopicAdmin(site);
    this.kafka.createTopic(LEDGER, 4);
  }

  async run(script: Script): Promise<unknown> {
    let isDone = false;
    const running = script(this).finally(() => {
      isDone = true;
    });
    const ended = await this.scheduler.run(() => isDone, Number.POSITIVE_INFINITY);
    if (!ended) throw new Error('The script waits for something that never happens.');
    return running;
  }

  createTopic(alias: string, maxBytes?: number): Promise<string> {
    this.kafka.createTopic(alias, 3, maxBytes);
    this.names.push(alias);
    return Promise.resolve(alias);
  }

  newPipeline() {
    const id = `pipeline-${this.pipelines++}`;
    return { id, slot: { group: id, topic: LEDGER, partition: 1, markPartition: 3 } };
  }

  async content(uncommitted: boolean): Promise<TopicContent> {
    const { scheduler, kafka } = this;
    await scheduler.run(() => false, scheduler.now + AFTER_ALL_MARKERS_MS);
    const found: Record<string, string[]> = {};
    for (const alias of this.names) {
      const partitions = kafka.cluster.topics.get(alias)?.partitions ?? [];
      found[alias] = partitions.flatMap(({ log }, partition) => {
        const records = uncommitted ? log.uncommitted() : log.committed();
        return records.map(({ offset, record }) => {
          return `${partition}@${offset} ${record.value?.toString() ?? ''}`;
        });
      });
    }
    return found;
  }
}
