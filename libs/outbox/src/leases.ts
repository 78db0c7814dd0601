/**
 * How a slot stands: held by this instance, by another one that renews it, by one that settles the batches of the
 * last holder, by one that is gone, or by nobody.
 */
export type SlotHolder = 'me' | 'another' | 'heir' | 'gone' | 'nobody';

/** A slot in the hands of one holder: the epoch grows with each. */
export interface Tenure {
  readonly slot: number;
  readonly epoch: number;
}

/** Who has what, at one moment. */
export interface LeaseView {
  /** The slot of this instance; null while every slot is somebody else's. */
  readonly mine: Tenure | null;
  /** By slot. */
  readonly holders: readonly SlotHolder[];
  /** The slot that each lane belongs to, by lane; null: nobody's. */
  readonly lanes: readonly (number | null)[];
}

/** What one relay has: a slot, which names its pipelines, and lanes. */
export interface Share extends Tenure {
  readonly lanes: readonly number[];
}

/**
 * How several instances share one outbox. A lease is for efficiency: what makes a record safe from two owners is
 * the fence in Kafka, the ledger, and that every change of the relay asks in its own transaction whether its
 * instance still has its slot. All methods reject with `OutboxError`.
 */
export abstract class Leases {
  /** Of this instance, as far as it knows; null while it has none. */
  abstract readonly slot: number | null;

  /** Renews what this instance holds, or takes a free slot. To be called every `RENEW_MS`. */
  abstract renew(): Promise<void>;

  /** Who has what now. What this instance has given or taken before is in it. */
  abstract look(): Promise<LeaseView>;

  /** Takes lanes that are nobody's. @returns those that it has got. */
  abstract takeLanes(lanes: readonly number[]): Promise<readonly number[]>;

  /** Lets lanes go, for whoever has too few. Only when nothing of them is under way. */
  abstract giveLanes(lanes: readonly number[]): Promise<void>;

  /** Becomes the heir of a slot whose holder is gone, or is nobody. Null: somebody else was faster, or it is back. */
  abstract takeOver(slot: number): Promise<Tenure | null>;

  /** Ends a slot that was taken over: its batches are settled, and its lanes are nobody's from now on. */
  abstract dissolve(slot: number): Promise<void>;

  /** Gives everything back, so that nobody has to wait for the lease to end. */
  abstract leave(): Promise<void>;
}

/** Milliseconds that a lease lasts, by the clock of the database. */
export const LEASE_MS = 10_000;
export const RENEW_MS = 3_000;
/** Milliseconds without a renewal after which an instance stops by itself: before its lease ends. */
export const GIVE_UP_MS = 7_000;
/** How many instances can share one outbox. */
export const SLOTS = 8;
