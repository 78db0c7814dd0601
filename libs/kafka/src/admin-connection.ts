import type { Admin } from 'kafkajs';
import { withDeadline } from './deadline.js';
import { DEADLINES, KafkaClient, type KafkaConnection } from './kafkajs-client.js';
import { kafkaErrorNumber, toKafkaError } from './kafkajs-error.js';

interface Incarnation {
  readonly client: KafkaClient;
  readonly admin: Admin;
}

/**
 * One admin connection, made when it is first needed and thrown away after any error that is not Kafka's own
 * answer about a topic: what the client believes of the cluster after a lost connection is not to be relied on.
 */
export class AdminConnection {
  private opening: Promise<Incarnation> | null = null;

  constructor(private readonly connection: KafkaConnection) {}

  /** @throws KafkaError within the deadlines of connect and call. */
  async run<T>(what: string, ask: (admin: Admin) => Promise<T>): Promise<T> {
    const opening = (this.opening ??= this.open());
    try {
      const { admin } = await opening;
      return await withDeadline(ask(admin), DEADLINES.call, what);
    } catch (error) {
      const known = toKafkaError(error, what);
      if (known.scope !== 'topic' || kafkaErrorNumber(error) === null) this.discard(opening);
      throw known;
    }
  }

  async close(): Promise<void> {
    const opening = this.opening;
    this.opening = null;
    if (opening === null) return;
    try {
      const { client, admin } = await opening;
      await withDeadline(admin.disconnect(), DEADLINES.close, 'disconnect').finally(() =>
        client.drop(),
      );
    } catch {
      // The sockets are gone, which is all that closing is for.
    }
  }

  private async open(): Promise<Incarnation> {
    const client = new KafkaClient(this.connection);
    const admin = client.kafka.admin();
    try {
      await withDeadline(admin.connect(), DEADLINES.connect, 'connect');
      return { client, admin };
    } catch (error) {
      client.abandon(admin);
      throw error;
    }
  }

  private discard(opening: Promise<Incarnation>): void {
    if (this.opening === opening) this.opening = null;
    opening
      .then(({ client, admin }) => client.abandon(admin))
      .catch(() => {
        // It never opened.
      });
  }
}
