import { setTimeout as pause } from 'node:timers/promises';
import { KafkaError, type LedgerNumber } from '@bridge/kafka';
import { Reconciliation, type ReconcileChange } from '@bridge/outbox';
import { LEDGER_TOPIC, type BridgeConfig } from '../config/bridge.config.js';
import { identify, LEDGER_PARTITIONS, LEDGERED } from '../relay/index.js';
import { comparedOf } from './check.js';
import { Findings } from './findings.js';
import { withKafka, type KafkaAccess } from './kafka-access.js';
import type { Compared } from './ledger-words.js';
import { missingOf, NOTHING_MISSING, type Missing } from './missing.js';
import type { Reconciled, ReconcileOptions } from './reconciled.js';
import { reconcileReport } from './reconcile-report.js';
import type { Progress, Report } from './report.js';
import { searchTopic, type Searched } from './topic-search.js';

/**
 * How long before the oldest waiting record a record may have been sent and still stand behind it in Kafka: as
 * long as a transaction may be open there (15 s), and plenty for clocks.
 */
const MARGIN_MS = 10 * 60_000;
/** A number that changes within this after the search is another bridge's work. */
const SETTLED_MS = 1_000;

/**
 * Holds the outbox against Kafka: what waits here and is there becomes sent, what is there and not known here is
 * remembered, and the pipelines take over what the ledger holds. Nothing is changed without `apply`.
 * In Kafka, both ways, the bridge's transactional ids are fenced, as at each start of a bridge.
 */
export async function reconcile(
  config: BridgeConfig,
  options: ReconcileOptions,
  progress: Progress,
): Promise<Report> {
  const { url, ballastBytes } = config.outbox;
  const outbox = await Reconciliation.open({ url, ballastBytes });
  try {
    return await withKafka(config, async (kafka) => {
      const work = new Work(config, options, outbox, kafka, progress);
      return reconcileReport(outbox, options, config.delivery.deadLetterTopic, await work.run());
    });
  } finally {
    await outbox.close();
  }
}

class Work {
  constructor(
    private readonly config: BridgeConfig,
    private readonly options: ReconcileOptions,
    private readonly outbox: Reconciliation,
    private readonly kafka: KafkaAccess,
    private readonly progress: Progress,
  ) {}

  async run(): Promise<Reconciled> {
    const compared = await this.fenceAndCompare();
    const { resendMissing, apply } = this.options;
    const wentBack = compared.some(
      ({ verdict }) => verdict.found === 'stop' && verdict.code === 'KAFKA_WENT_BACK',
    );
    // In a cluster that lost something the known offsets mean nothing any more.
    const whole = wentBack || resendMissing;
    const { oldestAt, latestAt } = await this.outbox.unsettled();
    const since = Math.min(oldestAt ?? Infinity, latestAt ?? 0) - MARGIN_MS;
    const findings = new Findings(since);
    const searched = await this.search(findings, whole ? null : since);
    const missing = whole
      ? await missingOf(this.outbox, this.kafka.scan, searched, findings.seen)
      : NOTHING_MISSING;
    await this.refuseIfMoved(compared);
    const change = this.changeOf(compared, findings, missing);
    const done = apply
      ? await this.outbox.apply(change, { actor: 'operator', reason: 'npm run outbox' })
      : null;
    return { compared, searched, findings, missing, change, done };
  }

  /** From here on no bridge on a copy of this database can finish what it had begun. */
  private async fenceAndCompare(): Promise<readonly Compared[]> {
    const { ledger, producers } = this.kafka;
    const { outboxId } = this.outbox;
    await ledger.prepare(LEDGER_TOPIC, LEDGER_PARTITIONS);
    const states = await this.outbox.pipelines();
    const numbers = await this.numbers();
    const compared: Compared[] = [];
    for (const name of LEDGERED) {
      const state = states.find((one) => one.name === name);
      const { transactionalId, slot } = identify(outboxId, name);
      if (state === undefined && !numbers.has(slot.partition)) continue;
      const producer = await producers.fence(transactionalId);
      try {
        const number = await ledger.read(slot, await producer.mark(slot));
        compared.push(comparedOf(name, state, number));
      } finally {
        await producer.close();
      }
    }
    return compared;
  }

  private numbers(): Promise<ReadonlyMap<number, LedgerNumber>> {
    const { group } = identify(this.outbox.outboxId, 'side').slot;
    return this.kafka.scan.peek(group, LEDGER_TOPIC);
  }

  /** @param since where each partition's search begins: at the last record sent before; null is its beginning. */
  private async search(findings: Findings, since: number | null): Promise<readonly Searched[]> {
    const { outbox, progress } = this;
    const { deadLetterTopic } = this.config.delivery;
    const ports = { scan: this.kafka.scan, outbox, progress };
    const anchors = since === null ? [] : await outbox.anchors(since);
    const topics = new Set([...(await outbox.topics()), ...this.options.topics]);
    topics.delete(deadLetterTopic);
    const searched: Searched[] = [];
    for (const topic of topics) {
      const own = anchors.filter((anchor) => anchor.topic === topic);
      searched.push(
        await searchTopic(ports, topic, own, (record, known) =>
          findings.meet(topic, record, known),
        ),
      );
    }
    const letters = await searchTopic(ports, deadLetterTopic, [], (record, known) =>
      findings.meetDeadLetter(record, known),
    );
    return [...searched, letters];
  }

  /** A bridge on a copy that went on while the topics were read has made what was read worthless. */
  private async refuseIfMoved(compared: readonly Compared[]): Promise<void> {
    await pause(SETTLED_MS);
    const numbers = await this.numbers();
    for (const { name, ledger } of compared) {
      const { partition } = identify(this.outbox.outboxId, name).slot;
      if ((numbers.get(partition)?.number ?? null) === ledger) continue;
      throw new KafkaError(
        { code: 'producer_fenced', scope: 'cluster', retryable: true, outcome: 'not-written' },
        `the ledger of ${name} has moved: another bridge runs on a copy of this outbox. Stop it first`,
      );
    }
  }

  private changeOf(
    compared: readonly Compared[],
    { found, published, remembered }: Findings,
    missing: Missing,
  ): ReconcileChange {
    return {
      sent: [...found.values()].map(({ id, partition, offset }) => ({ id, partition, offset })),
      published: [...published.keys()],
      remembered: [...remembered.values()],
      sendAgain: this.options.resendMissing ? missing.rows.map(({ id }) => id) : [],
      pipelines: compared.map(({ name, ledger }) => ({ name, number: ledger })),
    };
  }
}
