import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorFunction } from '@nestjs/terminus';
import { OutboxStore } from '@bridge/outbox';
import { mask } from '../privacy/index.js';
import { RelayStatus } from '../relay/index.js';
import { Readiness } from './readiness.js';

const STORAGE_TIMEOUT_MS = 2_000;
/** Probes may come from several sides at once; the disk is asked once a second. */
const STORAGE_CACHE_MS = 1_000;

/** Topics and partitions that wait apart; of more there is only the number. */
const APART_SHOWN = 20;

/** The parts of `GET /health`. Only `storage` asks anything; it is inside `attempt`, so a failure is an answer. */
@Injectable()
export class Indicators {
  constructor(
    private readonly service: HealthIndicatorService,
    private readonly store: OutboxStore,
    private readonly relay: RelayStatus,
    private readonly readiness: Readiness,
  ) {}

  all(): HealthIndicatorFunction[] {
    return [() => this.intake(), () => this.storage(), () => this.kafka()];
  }

  /** Whether a POST would be accepted. */
  private intake() {
    const refused = this.readiness.notAccepting();
    const check = this.service.check('intake');
    return refused === null
      ? check.up()
      : check.down({ code: refused.code, message: refused.detail });
  }

  private async storage() {
    return this.service
      .check('storage')
      .attempt(async () => ({ ...(await this.store.storageHealth()) }))
      .withTimeout(STORAGE_TIMEOUT_MS)
      .cacheFor(STORAGE_CACHE_MS);
  }

  /** Kafka may be gone for a weekend: the bridge goes on accepting, so this is never `down`. */
  private kafka() {
    const { pipelines, quarantined } = this.relay.snapshot();
    const states = pipelines.map(({ name, state, ...why }) => ({
      name,
      state,
      stopped_by: why.stoppedBy,
      waiting_since: why.waitingSince === null ? null : new Date(why.waitingSince).toISOString(),
      last_error_code: why.lastErrorCode,
      last_error: why.lastError === null ? null : mask(why.lastError),
    }));
    const apart = quarantined.slice(0, APART_SHOWN).map(({ topic, partition, code, since }) => ({
      topic,
      partition,
      code,
      since: new Date(since).toISOString(),
    }));
    const facts = { pipelines: states, quarantined: quarantined.length, waiting_apart: apart };
    const check = this.service.check('kafka');
    return this.relay.connected() ? check.up(facts) : check.degraded(facts);
  }
}
