import { consumingClient, type KafkaConnection } from '@bridge/kafka';
import { ServerKafka } from '@nestjs/microservices';
import type {
  EachMessagePayload,
  IHeaders,
  KafkaMessage,
} from '@nestjs/microservices/external/kafka.interface.js';

/** Which of a letter's headers are looked at. */
const LOOKED_AT: readonly string[] = ['original-topic', 'error-code'];

/**
 * Nest's Kafka transport over our client of Kafka, whose sockets and time limits are the bridge's, and without what people
 * are not told of: nothing that a letter holds is parsed or kept.
 */
export class LetterServer extends ServerKafka {
  /**
   * @param gone called when the consumer has ended for good. kafkajs starts it anew after most failures, not after all: then
   * the process would go on and tell nobody anything.
   */
  constructor(
    private readonly connection: KafkaConnection,
    groupId: string,
    private readonly gone: (error: Error) => void,
  ) {
    super({
      client: { brokers: [...connection.brokers], clientId: connection.clientId },
      postfixId: '',
      // The topic is the bridge's to make, with what it needs.
      consumer: { groupId, allowAutoTopicCreation: false },
      producer: { allowAutoTopicCreation: false },
      // Also what came before this was started first.
      subscribe: { fromBeginning: true },
      run: { autoCommit: false },
    });
  }

  override createClient<T>(): Promise<T> {
    return Promise.resolve(consumingClient(this.connection) as T);
  }

  /** Leaves the key and the value where they are, and of headers that stand twice the last one: that is the bridge's. */
  override handleMessage(payload: EachMessagePayload): Promise<unknown> {
    const { message } = payload;
    const headers: IHeaders = {};
    for (const name of LOOKED_AT) {
      const found = message.headers?.[name];
      headers[name] = Array.isArray(found) ? found.at(-1) : found;
    }
    const bare = { ...message, key: null, value: null, headers } as KafkaMessage;
    return super.handleMessage({ ...payload, message: bare });
  }

  protected override registerConsumerEventListeners(): void {
    super.registerConsumerEventListeners();
    const { consumer } = this;
    consumer?.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart) this.gone(error);
    });
  }
}
