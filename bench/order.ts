/**
 * How many records of a topic lie in Kafka before one of the same key that was accepted earlier, or in another
 * partition than it, or nowhere. For both databases.
 * @param topic is put into the text as it is.
 */
export function outOfOrderIn(topic: string): string {
  return (
    'SELECT COUNT(*) AS found FROM (SELECT kafka_offset, kafka_partition,' +
    ' LAG(kafka_offset) OVER same_key AS offset_before, LAG(kafka_partition) OVER same_key AS partition_before' +
    ` FROM record WHERE topic = '${topic}' WINDOW same_key AS (PARTITION BY "key" ORDER BY id)) AS pairs` +
    ' WHERE kafka_offset IS NULL OR offset_before >= kafka_offset OR partition_before <> kafka_partition'
  );
}

/** How many records of the topic there are. */
export function recordsIn(topic: string): string {
  return `SELECT COUNT(*) AS found FROM record WHERE topic = '${topic}'`;
}
