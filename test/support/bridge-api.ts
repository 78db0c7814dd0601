import { until } from '../../dev/until.js';

export { until };

/** What the bridge says of one record. */
export interface MessageView {
  readonly message_id: string;
  readonly topic: string;
  readonly status: string;
  readonly retry_count: number;
  readonly last_error: string | null;
  readonly last_error_code: string | null;
  readonly partition: number | null;
  readonly offset: string | null;
  readonly replays: number;
}

export interface HealthView {
  readonly status: string;
  readonly kafka: { readonly connected: boolean };
  readonly outbox: { readonly pending: number; readonly failed: number; readonly dlq: number };
}

/** GETs JSON; the status is not looked at. */
export async function getJson<T>(url: string, authorization?: string): Promise<T> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(10_000),
    headers: authorization === undefined ? {} : { authorization },
  });
  return (await response.json()) as T;
}

export async function messageView(bridge: string, messageId: string): Promise<MessageView> {
  return getJson<MessageView>(`${bridge}/messages/${encodeURIComponent(messageId)}`);
}

/** Waits until no record is pending or failed. */
export async function drained(
  bridge: string,
  withinMs = 60_000,
  authorization?: string,
): Promise<HealthView> {
  return until(
    'the outbox is drained',
    () => getJson<HealthView>(`${bridge}/health`, authorization),
    ({ outbox }) => outbox.pending === 0 && outbox.failed === 0,
    withinMs,
  );
}
