import { runJavaTool } from '../dev/kafka/java-tool.js';
import { VALUE_BYTES } from './invoice.js';

const ALL_SPEED: readonly string[] = [];

/**
 * Records a second of Kafka's own measuring tool: its Java producer as fast as it goes, idempotent, acks=all, into the same topic.
 * @throws Error with its words when they hold no rate.
 */
export async function measureByPerfTool(
  bootstrap: readonly string[],
  topic: string,
  records: number,
): Promise<number> {
  const args = [
    '--bootstrap-server',
    bootstrap.join(','),
    '--topic',
    topic,
    '--num-records',
    String(records),
    '--record-size',
    String(VALUE_BYTES),
    '--throughput',
    '-1',
    '--command-property',
    'acks=all',
  ];
  return rateOf(await runJavaTool('org.apache.kafka.tools.ProducerPerformance', args, ALL_SPEED));
}

/** What it says at its end; the lines before are of five seconds each. */
export function rateOf(printed: string): number {
  const rates = [...printed.matchAll(/^\d+ records sent, (\d+(?:\.\d+)?) records\/sec/gm)];
  const rate = Number(rates.at(-1)?.[1]);
  if (Number.isNaN(rate)) throw new Error(`Kafka's perf tool said no rate: ${printed}`);
  return rate;
}
