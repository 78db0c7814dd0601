import type { CheckName } from './check.js';
import type { Query } from './gather/books.js';
import type { Bridge } from './gather/bridges.js';
import type { LoadOptions } from './load-options.js';

export interface OracleOptions {
  /** Addresses at which the readers reach the brokers, past any fault on the bridges' own way to them. */
  readonly kafka: { readonly bootstrap: readonly string[] };
  /** All of them serve one outbox. */
  readonly bridges: readonly Bridge[];
  /** Topics that nobody else posts to. */
  readonly topics: readonly string[];
  /** `urls` and `topics` are filled in. */
  readonly load?: Partial<LoadOptions>;
  /** The outbox's database, for C8. Without it the books are not checked. */
  readonly outbox?: Query;
  /** `dlq-topic` by default. */
  readonly deadLetterTopic?: string;
  /** Reads the topics with the Java console consumer too, where there is a Java: some 3 s for each topic. */
  readonly java?: boolean;
  /** How long the bridges may take to finish all work after the load, in milliseconds (C9). 60,000 by default. */
  readonly drainWithinMs?: number;
  /** How long the processes may take to give back what they do not need any more, in milliseconds (C12). 30,000 by default. */
  readonly settleWithinMs?: number;
  /** True when the run adds partitions. */
  readonly partitionsChanged?: boolean;
  /** Checks that this fault makes meaningless; their findings stay empty. Say why where you use it. */
  readonly without?: readonly CheckName[];
}
