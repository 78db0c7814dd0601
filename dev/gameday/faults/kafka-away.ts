import type { Fault } from '../fault.js';

/** All brokers die at once. */
export const kafkaAway: Fault = {
  name: 'All brokers of Kafka are killed (kill -9)',
  alert: 'PonteKafkaUnreachable',
  // A batch has waited for more than 10 s.
  sees: 10,
  shows: /kafka_unavailable|kafka_timeout/,
  before: {
    words: 'start the brokers that are down',
    perform: async ({ kafka }) => {
      await kafka.startAll();
      await kafka.waitReady();
    },
  },
  inject: ({ kafka }) => kafka.killAll(),
};
