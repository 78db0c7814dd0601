import type { MessageView } from '../../bridge-api.js';
import type { Case } from '../evidence.js';
import type { Posted } from '../posted.js';

/**
 * C7: the answer of the POST and `GET /messages/:id` say where the record is. A record that is nowhere is lost,
 * which is another check's business.
 */
export function otherPlace(run: Case): string[] {
  return run.posted.flatMap((one) => {
    const reasons = [answered(run, one), viewed(run, one, run.views?.get(one.messageId))];
    const reason = reasons.find((text) => text !== null) ?? null;
    return reason === null ? [] : [`${one.messageId}: ${reason}`];
  });
}

function answered(run: Case, { messageId, confirmed, partition, offset }: Posted): string | null {
  if (!confirmed) return null;
  return placed(run, messageId, partition, offset) ? null : `answered ${partition}@${offset}`;
}

function viewed(run: Case, { messageId }: Posted, view: MessageView | undefined): string | null {
  if (view === undefined) return null;
  const { status, partition, offset } = view;
  if (status === 'sent') {
    return placed(run, messageId, partition, offset) ? null : `sent, ${partition}@${offset}`;
  }
  const delivered = run.inTopics.has(messageId);
  const buried = run.inDeadLetters.has(messageId);
  if (status === 'dlq') return delivered ? 'dlq, and in its topic' : null;
  return delivered || buried ? `${status}, and in Kafka` : null;
}

function placed(
  { inTopics, inDeadLetters }: Case,
  messageId: string,
  partition: number | null,
  offset: string | null,
): boolean {
  const copies = inTopics.get(messageId);
  if (copies === undefined) return !inDeadLetters.has(messageId);
  return copies.some((copy) => copy.partition === partition && String(copy.offset) === offset);
}
