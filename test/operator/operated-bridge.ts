import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { freePorts } from '../../dev/free-ports.js';
import { drained, until } from '../support/bridge-api.js';
import { prepareBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { headerOf, readTopic } from '../support/consumer.js';
import { outboxCommand, type CommandEnd } from './outbox-command.js';

const DEFAULTS = { CONFIRM_WAIT_MS: '300', OUTBOX_BALLAST: '0', MIN_FREE_DISK: '1 MiB' };

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A bridge, its database and the commands for it, as an operator has them. */
export class OperatedBridge {
  private constructor(
    readonly setup: BridgeSetup,
    private readonly bootstrap: readonly string[],
    private readonly silent: string,
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async prepare(
    bootstrap: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<OperatedBridge> {
    const setup = await prepareBridge(bootstrap, { ...DEFAULTS, ...env });
    const [port] = await freePorts(1);
    const variables = {
      ...DEFAULTS,
      KAFKA_BROKERS: bootstrap.join(','),
      OUTBOX_URL: `sqlite:${setup.database}`,
      ...env,
    };
    return new OperatedBridge(setup, bootstrap, `127.0.0.1:${port}`, variables);
  }

  get url(): string {
    return this.setup.bridge.url;
  }

  /** Starts it, delivers what waits, does the work and stops it in good order. */
  async whileDelivering(work: () => Promise<void> = async () => undefined): Promise<void> {
    await this.setup.bridge.start();
    await work();
    await drained(this.url);
    await this.setup.bridge.terminate();
  }

  /** Starts it where no Kafka answers, does the work and stops it: what it has accepted waits. */
  async whileKafkaIsAway(work: () => Promise<void>): Promise<void> {
    await this.setup.bridge.start({ KAFKA_BROKERS: this.silent });
    await work();
    await this.setup.bridge.terminate();
  }

  /** Starts it and waits until it says that delivery has stopped with this code. */
  async startStopped(code: string): Promise<void> {
    await this.setup.bridge.start();
    await until(
      `the bridge says ${code}`,
      () => this.ready(),
      ({ status, body }) => status === 503 && body['code'] === code,
    );
  }

  async ready(): Promise<Reply> {
    const response = await fetch(`${this.url}/health/ready`);
    return { status: response.status, body: (await response.json()) as Reply['body'] };
  }

  /** Over a connection of its own: a kept one may be closed at the moment at which it is used again. */
  async post(topic: string, id: string, data = id): Promise<Reply> {
    const request = httpRequest(`${this.url}/topics/${topic}`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(20_000),
    });
    request.end(JSON.stringify({ key: id.slice(-1), message_id: id, data }));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const body = await json(response);
    return { status: response.statusCode ?? 0, body: body as Reply['body'] };
  }

  /** Posts `prefix-0`, `prefix-1` … and returns their ids. @throws Error when one is not accepted. */
  async postMany(topic: string, prefix: string, count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, (_, number) => `${prefix}-${number}`);
    for (const id of ids) {
      const { status, body } = await this.post(topic, id);
      if (status > 202) throw new Error(`${id} was not accepted: ${JSON.stringify(body)}`);
    }
    return ids;
  }

  command(...args: readonly string[]): Promise<CommandEnd> {
    return outboxCommand(this.env, ...args);
  }

  /** As `command`, for a Kafka that does not answer. */
  commandWithoutKafka(...args: readonly string[]): Promise<CommandEnd> {
    return outboxCommand({ ...this.env, KAFKA_BROKERS: this.silent }, ...args);
  }

  /** The message ids in a topic, each as often as it stands there, sorted. */
  async idsIn(topic: string): Promise<string[]> {
    const records = await readTopic(this.bootstrap, topic);
    return records.map((record) => headerOf(record, 'message-id') ?? '').toSorted();
  }
}
