/** Kafka's numbers for the kinds of request that the bridge depends on. */
export const API = {
  produce: 0,
  fetch: 1,
  metadata: 3,
  offsetFetch: 9,
  findCoordinator: 10,
  initProducerId: 22,
  addPartitionsToTxn: 24,
  addOffsetsToTxn: 25,
  endTxn: 26,
  txnOffsetCommit: 28,
} as const;

/** What happens to a request or to an answer on its way. */
export type WireAct =
  /** It never arrives; the connection lives on. */
  | { readonly kind: 'drop' }
  /** It arrives later; what comes behind it on the connection waits too. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** It never arrives, and the connection is reset. */
  | { readonly kind: 'reset' };

/** A fault that waits for frames of some kind. */
export interface WireFault {
  readonly on: 'request' | 'answer';
  /** Kinds of request, by Kafka's numbers; all when left out. */
  readonly apis?: readonly number[];
  /** Node id of the broker; every broker when left out. */
  readonly broker?: number;
  readonly act: WireAct;
  /** From 0 to 1: how many of the frames are hit; all when left out. */
  readonly share?: number;
  /** After so many hits it is over; never when left out. */
  readonly times?: number;
}

/** A fault in place. */
export interface Injection {
  /** How often it has struck. */
  readonly hits: number;
  remove(): void;
}

/** How the line to the brokers is, whatever is said on it. */
export interface Line {
  /**
   * `closed`: connections are refused and the open ones reset. `dead`: they stay open and nothing moves.
   * `deaf`: requests arrive, answers do not.
   */
  readonly state: 'open' | 'closed' | 'dead' | 'deaf';
  /** Milliseconds that every chunk takes each way, and what chance adds or takes away. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** For each connection and way; null: no limit. */
  readonly bytesPerSecond: number | null;
  /** Chunks are cut into pieces of this many bytes; null: as they come. */
  readonly sliceBytes: number | null;
}

export const GOOD_LINE: Line = {
  state: 'open',
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: null,
  sliceBytes: null,
};
