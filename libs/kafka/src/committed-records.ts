/** A record or marker as kafkajs decodes it. */
export interface ReadMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  /** A marker that ends a transaction, and no record. */
  readonly isControlRecord?: boolean;
  readonly batchContext?: { readonly inTransaction?: boolean; readonly producerId?: string };
}

/** As Kafka names it in the answer to a fetch, by the offset of its first record in the partition. */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** Version 0, type 0. */
const ABORT = Buffer.alloc(4);

/**
 * The records that no aborted transaction has written. kafkajs' own filter takes up one aborted transaction a record, in
 * the order in which they ended: where an answer begins within two of them, records of the second one pass for committed
 * (2.2.4; seen in the fault matrix with three bridges).
 * @param messages of one answer, in order, with their markers.
 */
export function committedRecords<T extends ReadMessage>(
  messages: readonly T[],
  aborted: readonly AbortedTransaction[],
): readonly T[] {
  const ahead = aborted.toSorted((a, b) =>
    BigInt(a.firstOffset) < BigInt(b.firstOffset) ? -1 : 1,
  );
  const within = new Set<string>();
  return messages.filter(({ offset, key, isControlRecord, batchContext = {} }) => {
    for (let [next] = ahead; next !== undefined; [next] = ahead) {
      if (BigInt(next.firstOffset) > BigInt(offset)) break;
      within.add(next.producerId);
      ahead.shift();
    }
    const { inTransaction = false, producerId = '' } = batchContext;
    if (isControlRecord === true) {
      if (key !== null && ABORT.equals(key)) within.delete(producerId);
      return false;
    }
    return !inTransaction || !within.has(producerId);
  });
}
