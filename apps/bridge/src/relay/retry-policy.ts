import type { KafkaError } from '@bridge/kafka';

/** What is decided about one record that Kafka has refused while it was alone or with its like. */
export type Verdict =
  | { readonly action: 'reschedule'; readonly nextAt: number }
  | { readonly action: 'bury' }
  /** The cluster's own trouble: no attempt is counted, the record waits. */
  | { readonly action: 'wait' };

export interface RetryRules {
  /** Refusals after which a record is given up. */
  readonly maxAttempts: number;
  readonly initialMs: number;
  readonly multiplier: number;
  readonly maxMs: number;
}

/** Share of the delay that chance may take away or add, so that many records do not come back at once. */
const JITTER = 0.1;

/**
 * Retry, dead letter, or neither? Only a refusal of the record or of its topic counts: an outage, a missing
 * leader or too few in-sync replicas say nothing about the record, and would bury a weekend's invoices.
 * @param attempts refusals counted before this one
 * @param chance from 0 up to 1
 */
export function judge(
  error: Pick<KafkaError, 'scope' | 'retryable'>,
  attempts: number,
  now: number,
  rules: RetryRules,
  chance: number,
): Verdict {
  switch (error.scope) {
    case 'cluster':
    case 'partition':
      return { action: 'wait' };
    case 'record':
    case 'topic': {
      if (!error.retryable || attempts + 1 >= rules.maxAttempts) return { action: 'bury' };
      return { action: 'reschedule', nextAt: now + delay(attempts, rules, chance) };
    }
    default: {
      const unknown: never = error.scope;
      throw new Error(`no verdict for scope ${String(unknown)}`);
    }
  }
}

/** 300 ms, 600 ms, 1.2 s … with the default rules, each up to 10 % shorter or longer. Whole milliseconds. */
function delay(attempts: number, rules: RetryRules, chance: number): number {
  const plain = Math.min(rules.maxMs, rules.initialMs * rules.multiplier ** attempts);
  return Math.round(plain * (1 + JITTER * (2 * chance - 1)));
}

/** Back-off of everything that waits for the cluster: doubles from 200 ms to 5 s, with full jitter above half. */
export function clusterBackoff(failures: number, chance: number): number {
  const ceiling = Math.min(5_000, 200 * 2 ** Math.min(failures, 10));
  return Math.round(ceiling / 2 + (ceiling / 2) * chance);
}
