/** What is measured at one moment; totals count since the outbox was made. */
export interface MetricsSnapshot {
  readonly totals: {
    readonly received: number;
    readonly sent: number;
    readonly failed: number;
    readonly retries: number;
    readonly buried: number;
    readonly replayed: number;
    readonly discarded: number;
  };
  /** Records by status. */
  readonly rows: Readonly<Record<string, number>>;
  readonly openBytes: number;
  readonly oldestOpenSeconds: number;
  readonly accepting: boolean;
  readonly ready: boolean;
  readonly connected: boolean;
  readonly pipelinesStopped: number;
  readonly pipelineWaitSeconds: number;
  readonly quarantined: number;
  readonly blockedKeys: number;
  readonly sweepFailures: number;
  readonly walBytes: number;
  /** Null where the storage is on another machine. */
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null;
  readonly lanes: number;
  readonly instances: number;
  /** Null on SQLite. */
  readonly bloat: { readonly deadRows: number; readonly oldestTransactionMs: number } | null;
  readonly pipelines: readonly {
    readonly name: string;
    readonly state: (typeof PIPELINE_STATES)[number];
  }[];
  readonly openBatches: number;
  readonly ledgerAgeSeconds: number;
  /** `max` and `used` are of one unit; `limit` is one of a few fixed words. */
  readonly limits: readonly {
    readonly limit: string;
    readonly max: number;
    readonly used: number;
  }[];
  readonly certificates: readonly { readonly use: string; readonly notAfterSeconds: number }[];
  /** Since 1970. */
  readonly clockSeconds: number;
  readonly clockStepSeconds: number;
}

/** What a pipeline can be doing. */
export const PIPELINE_STATES = ['idle', 'delivering', 'waiting', 'recovering', 'stopped'] as const;

/** Where the figures come from; read once a scrape. */
export abstract class MetricsSource {
  abstract read(): Promise<MetricsSnapshot>;
}
