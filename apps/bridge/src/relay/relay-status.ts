/** Why a pipeline has stopped for good: it must not send before a person has looked. docs/operations.md tells the way out. */
export type StopCode = 'LEDGER_AHEAD' | 'KAFKA_WENT_BACK' | 'RECONCILE_NEEDED';

export interface PipelineStatus {
  readonly name: string;
  /** `recovering`: fencing and asking the ledger; `waiting`: backing off because of the cluster. */
  readonly state: 'recovering' | 'idle' | 'delivering' | 'waiting' | 'stopped';
  readonly stoppedBy: StopCode | null;
  /** Since when work has been waiting for Kafka without a commit; epoch ms, null when nothing waits. */
  readonly waitingSince: number | null;
  /** Last reason for waiting, a stable code. */
  readonly lastErrorCode: string | null;
  /** The same in words, where there are any. */
  readonly lastError: string | null;
}

export interface RelaySnapshot {
  readonly pipelines: readonly PipelineStatus[];
  /** Topics (partition null) and partitions whose records wait apart from the others. */
  readonly quarantined: readonly {
    readonly topic: string;
    readonly partition: number | null;
    readonly code: string;
    readonly since: number;
  }[];
  /** Keys whose later records wait for an earlier one. */
  readonly blockedKeys: number;
  /** Runs of the sweeper that failed since the start. */
  readonly sweepFailures: number;
  /** Lanes whose records are sent from here. */
  readonly lanes: number;
  /** Those that share the outbox, this one included. */
  readonly instances: number;
}

/** What health and metrics may ask the relay. In memory. */
export abstract class RelayStatus {
  abstract snapshot(): RelaySnapshot;

  /** True while records can be written: the cluster answers and no batch has waited more than 10 s. */
  abstract connected(): boolean;
}

/** A relay as the process runs it: one for the whole outbox, or one that shares it. */
export abstract class RelayControl extends RelayStatus {
  /** Returns at once: the bridge accepts records whether Kafka can be reached or not. */
  abstract start(): void;
  abstract stop(): Promise<void>;
  /** Something may have come due. */
  abstract wake(): void;
  /** A run of the sweeper has failed. */
  abstract sweepFailed(): void;
}
