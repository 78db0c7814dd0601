import { Injectable } from '@nestjs/common';
import { Configuration } from '../config/bridge.config.js';
import { AdmissionGate } from '../ingestion/index.js';
import { ProblemError } from '../problem/index.js';
import { RelayStatus, type StopCode } from '../relay/index.js';

const STOPPED: Readonly<Record<StopCode, string>> = {
  LEDGER_AHEAD: 'Delivery has stopped: the ledger in Kafka is ahead of the outbox',
  KAFKA_WENT_BACK: 'Delivery has stopped: Kafka has lost what the outbox knows',
  RECONCILE_NEEDED: 'Delivery has stopped: the outbox must be compared with Kafka first',
};

/** What a load balancer asks. In memory: the gate asks the database once a second. */
@Injectable()
export class Readiness {
  constructor(
    private readonly gate: AdmissionGate,
    private readonly relay: RelayStatus,
    private readonly configuration: Configuration,
  ) {}

  /** Why a POST would not be accepted, or should go elsewhere; null when it may come. */
  refusal(): ProblemError | null {
    return this.notAccepting() ?? this.silent() ?? this.stopped();
  }

  /** Why a POST would not be accepted; null when it would. */
  notAccepting(): ProblemError | null {
    const refused = this.gate.refusal();
    if (refused !== null || this.configuration.bridge.outbox.enabled) return refused;
    // Without the outbox a record is accepted only while Kafka takes it.
    if (this.relay.connected()) return null;
    return new ProblemError('kafka_unavailable', 'Kafka cannot be reached and the outbox is off');
  }

  private silent(): ProblemError | null {
    if (!this.gate.storageSilent) return null;
    return new ProblemError('storage_unavailable', 'The database does not answer');
  }

  private stopped(): ProblemError | null {
    const code = this.relay
      .snapshot()
      .pipelines.map(({ stoppedBy }) => stoppedBy)
      .find((stoppedBy) => stoppedBy !== null);
    return code === undefined ? null : new ProblemError(code, STOPPED[code]);
  }
}
