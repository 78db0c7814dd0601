import { outcomesOf, planAccepts, planNew, type AcceptPlan, type AcceptRequest } from './accept.js';
import type { Counters } from './counters.js';
import { SqlError, type Engine } from './engine.js';
import type { OutboxError } from './outbox.error.js';
import type { Acceptance } from './outbox.store.js';
import { closed, full, overloaded, portError, unavailable } from './port-error.js';
import type { OutboxRecord } from './record.js';
import type { StepAtOnce } from './relay-step.js';
import type { Additions } from './staged.js';
import { Transaction } from './transaction.js';

/** What may wait for the writer before `accept` refuses: its answer time is the time of the fsyncs ahead of it. */
const MAX_WAITING = 1000;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** How often a group runs again because another process was faster. */
const MAX_CONFLICTS = 3;

interface Accept {
  readonly kind: 'accept';
  readonly request: AcceptRequest;
  readonly resolve: (accepted: readonly Acceptance[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Change {
  readonly kind: 'change';
  /** Resolves with what tells the caller after the commit. */
  readonly run: (tx: Transaction) => Promise<() => void>;
  /** The same as a step, where there is one; its result is the caller's to hear. */
  readonly atOnce: StepAtOnce<() => void> | null;
  readonly reject: (error: unknown) => void;
}

interface Alone {
  readonly kind: 'alone';
  readonly step: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

type Waiting = Accept | Change | Alone;
type Grouped = Accept | Change;

/** Told of each commit: milliseconds that the database took for it, and how many changes share it. */
export type CommitListener = (ms: number, changes: number) => void;

export interface GroupCommitEvents {
  /** After each commit that added rows, in the order of their ids. */
  readonly added: (records: readonly OutboxRecord[]) => void;
  /** First thing in a transaction on a new connection: what memory knows may be stale. */
  readonly resume: (tx: Transaction) => Promise<void>;
  /** Once, when the database failed for good. */
  readonly fatal: (error: Error) => void;
  readonly committed: CommitListener;
}

/**
 * The one writer. Everything that waits at the same moment runs in one transaction and shares one fsync;
 * while it is being synced the next group gathers. When one operation fails, the transaction is rolled back
 * and its operations run again one by one, each in its own, so that the guilty one alone fails.
 */
export class GroupCommit {
  /** Why nothing is written any more. */
  failure: OutboxError | null = null;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private running: Promise<void> | null = null;
  private closing = false;
  private stale = false;

  constructor(
    private readonly engine: Engine,
    private readonly counters: Counters,
    private readonly events: GroupCommitEvents,
  ) {}

  get idle(): boolean {
    return this.waiting.length === 0;
  }

  accept(request: AcceptRequest): Promise<readonly Acceptance[]> {
    if (this.isFull(request.bytes)) return Promise.reject(overloaded());
    if (!this.engine.reserve(request.bytes)) return Promise.reject(full());
    return new Promise((resolve, reject) => {
      this.push({ kind: 'accept', request, resolve, reject });
    });
  }

  /**
   * Runs a change in the next group. `run` may be run again, so it does nothing but use the transaction.
   * @param step the same change, for a group that one statement can hold.
   */
  change<T>(run: (tx: Transaction) => Promise<T>, step: StepAtOnce<T> | null = null): Promise<T> {
    return new Promise((resolve, reject) => {
      const telling = (result: T) => () => resolve(result);
      this.push({
        kind: 'change',
        run: async (tx) => telling(await run(tx)),
        atOnce: step && { step: step.step, result: (done) => telling(step.result(done)) },
        reject,
      });
    });
  }

  /** Runs a step between two transactions, while nobody writes. */
  alone(step: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.push({ kind: 'alone', step, resolve, reject });
    });
  }

  /** The database failed for good: nothing more is written, everybody who waits is told. */
  fail(cause: unknown): void {
    if (this.failure !== null) return;
    this.failure = unavailable(cause);
    this.rejectWaiting(this.failure);
    this.events.fatal(this.failure);
  }

  /** Takes no more, commits what waits. */
  async close(): Promise<void> {
    this.closing = true;
    await this.running;
  }

  private isFull(bytes: number): boolean {
    if (this.waiting.length === 0) return false;
    return this.waiting.length >= MAX_WAITING || this.waitingBytes + bytes > MAX_WAITING_BYTES;
  }

  private push(one: Waiting): void {
    if (this.failure !== null || this.closing) {
      one.reject(this.failure ?? closed());
      return;
    }
    this.waiting.push(one);
    if (one.kind === 'accept') this.waitingBytes += one.request.bytes;
    this.running ??= this.loop();
  }

  private takeWaiting(): readonly Waiting[] {
    const all = this.waiting;
    this.waiting = [];
    this.waitingBytes = 0;
    return all;
  }

  private rejectWaiting(error: unknown): void {
    for (const one of this.takeWaiting()) one.reject(error);
  }

  private async loop(): Promise<void> {
    // What one poll of the event loop has read comes in together, so it shares the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const all = this.takeWaiting();
      const group = all.filter((one) => one.kind !== 'alone');
      if (group.length > 0) await this.runGroup(group);
      for (const one of all) if (one.kind === 'alone') await this.runAlone(one);
    }
    this.running = null;
  }

  private async runAlone({ step, resolve, reject }: Alone): Promise<void> {
    try {
      await step();
      resolve();
    } catch (error) {
      reject(portError(error));
      if (error instanceof SqlError && error.kind === 'fatal') this.fail(error);
    }
  }

  private async runGroup(group: readonly Grouped[], conflicts = 0): Promise<void> {
    if (this.failure !== null) return rejectAll(group, this.failure);
    try {
      if (!(await this.commitAtOnce(group))) await this.transact(group);
    } catch (error) {
      await this.engine.writer.rollback();
      await this.afterFailure(group, error, conflicts);
    }
  }

  /**
   * POSTs of which nothing is known, and steps of the relay: one statement is their whole transaction.
   * @returns false when it takes more: nothing was done.
   */
  private async commitAtOnce(group: readonly Grouped[]): Promise<boolean> {
    const { writer, dialect } = this.engine;
    if (writer.atOnce === null) return false;
    const steps = group.flatMap((one) => (one.kind === 'change' ? [one.atOnce] : []));
    if (!steps.every((one) => one !== null)) return false;
    const accepts = acceptsOf(group);
    const tx = new Transaction(writer, dialect, Date.now());
    const planned = planNew(tx, requestsOf(accepts));
    if (accepts.length > 0 && planned.staged.length === 0) return false;
    const began = performance.now();
    const done = await writer.atOnce(
      this.additions(tx, planned),
      steps.map(({ step }) => step),
    );
    if (done === null) return false;
    this.counters.mirror(done.counters);
    const tell = [...steps.map(({ result }) => result(done)), this.answers(tx, accepts, planned)];
    this.committed(tx, performance.now() - began, group, tell);
    return true;
  }

  private async transact(group: readonly Grouped[]): Promise<void> {
    const { writer, dialect } = this.engine;
    this.stale = (await writer.begin()) || this.stale;
    const tx = new Transaction(writer, dialect, Date.now());
    if (this.stale) await this.events.resume(tx);

    const tell: (() => void)[] = [];
    for (const one of group) if (one.kind === 'change') tell.push(await one.run(tx));
    const accepts = acceptsOf(group);
    const planned = await planAccepts(tx, requestsOf(accepts));
    // The last change of the transaction: where instances share the outbox, the others that store records wait for it.
    if (planned.staged.length > 0) await writer.add(this.additions(tx, planned));
    else await tx.saveCounters(this.slot);
    tell.push(this.answers(tx, accepts, planned));

    if (!tx.news.isEmpty) await this.engine.news?.tell(tx, tx.news);
    const began = performance.now();
    await writer.commit();
    this.stale = false;
    this.counters.apply(tx.changes);
    this.committed(tx, performance.now() - began, group, tell);
  }

  private get slot(): number {
    return this.engine.leases?.slot ?? 0;
  }

  private additions({ changes, now }: Transaction, { staged }: AcceptPlan): Additions {
    return { staged, now, counters: changes.ofSlot(this.slot) };
  }

  private committed(
    tx: Transaction,
    ms: number,
    group: readonly Grouped[],
    tell: readonly (() => void)[],
  ): void {
    this.events.committed(ms, group.length);
    tx.committed();
    for (const one of tell) one();
  }

  /** To be called when the rows have their ids. */
  private answers(tx: Transaction, accepts: readonly Accept[], planned: AcceptPlan): () => void {
    const outcomes = outcomesOf(tx, planned, this.events.added);
    return () => {
      for (const [position, outcome] of outcomes.entries()) {
        if ('accepted' in outcome) accepts[position]?.resolve(outcome.accepted);
        else accepts[position]?.reject(outcome.refused);
      }
    };
  }

  private async afterFailure(
    group: readonly Grouped[],
    error: unknown,
    conflicts: number,
  ): Promise<void> {
    const kind = error instanceof SqlError ? error.kind : 'operation';
    switch (kind) {
      case 'fatal':
        rejectAll(group, portError(error));
        return this.fail(error);
      case 'lost':
        // The outcome is unknown; the next operation gets a new connection and reads again what is true.
        rejectAll(group, portError(error));
        return this.rejectWaiting(portError(error));
      case 'full':
        return this.afterFull(group, error);
      case 'conflict':
        if (conflicts < MAX_CONFLICTS) return this.runGroup(group, conflicts + 1);
        return this.oneByOne(group, error);
      case 'operation':
        return this.oneByOne(group, error);
      default:
        return kind satisfies never;
    }
  }

  private async oneByOne(group: readonly Grouped[], error: unknown): Promise<void> {
    if (group.length === 1) return rejectAll(group, portError(error));
    for (const one of group) await this.runGroup([one]);
  }

  /** Nothing new is stored on a full disk; what drains the outbox gets the ballast's room and another try. */
  private async afterFull(group: readonly Grouped[], error: unknown): Promise<void> {
    const changes = group.filter((one) => one.kind === 'change');
    await this.engine.tendBallast().catch(() => {
      // Whoever waits must be answered all the same; the sweep meets the same failure, and tells it.
    });
    rejectAll(acceptsOf(group), portError(error));
    if (group.length === 1) return rejectAll(changes, portError(error));
    for (const one of changes) await this.runGroup([one]);
  }
}

function acceptsOf(group: readonly Grouped[]): readonly Accept[] {
  return group.filter((one) => one.kind === 'accept');
}

function requestsOf(accepts: readonly Accept[]): readonly AcceptRequest[] {
  return accepts.map(({ request }) => request);
}

function rejectAll(group: readonly Grouped[], error: unknown): void {
  for (const one of group) one.reject(error);
}
