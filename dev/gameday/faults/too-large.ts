import kafkajs from 'kafkajs';
import { invoices } from '../../demo/invoices.js';
import { withAdmin } from '../../kafka/cluster-probe.js';
import { until } from '../../until.js';
import type { Fault } from '../fault.js';
import { deadLetters, SMALL_BYTES, TOPICS, type Setup } from '../setup.js';

const PADDING = ' '.repeat(2 * SMALL_BYTES);

/** Records that Kafka refuses for good, because their topic takes small ones only. */
export const tooLarge: Fault = {
  name: 'Kafka refuses records that are too large',
  alert: 'PonteDeadLetters',
  // Kafka's first answer is its last word.
  sees: 0,
  shows: /message_too_large/,
  before: { words: "raise the topic's `max.message.bytes`", perform: raiseLimit },
  inject: async (setup) => {
    const records = invoices(900_000, 1);
    for (const record of records) {
      const data = record.data.replace('{', `{${PADDING}`);
      await setup.erp.hand(TOPICS.small, { ...record, data });
    }
    // What is refused after the replay would need another one.
    await until(
      'all of them are dead letters',
      () => deadLetters(setup),
      ({ length }) => length === records.length,
    );
  },
  cured: async (setup) => {
    const left = await deadLetters(setup);
    return left.length === 0 ? null : `dead letters are left: ${left.join(', ')}`;
  },
};

async function raiseLimit({ kafka }: Setup): Promise<void> {
  const configEntries = [{ name: 'max.message.bytes', value: '1048576' }];
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  const resources = [{ type, name: TOPICS.small, configEntries }];
  await withAdmin(kafka.bootstrap, (admin) =>
    admin.alterConfigs({ validateOnly: false, resources }),
  );
}
