import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { withAdmin } from '../../dev/kafka/cluster-probe.js';
import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { freePorts } from '../../dev/free-ports.js';
import { Authority, type Certified } from './certificates.js';
import { TokenServer } from './token-server.js';

/** The user of the bridge, whatever it authenticates with. */
export const USER = 'ponte';
/** Looked for in everything that the bridge says. */
export const PASSWORD = 'canary-password';
const AUDIENCE = 'kafka';

/** The ways into the broker, beside the tests' own one (plain text, as the brokers' own user). */
const DOORS = {
  tls: { protocol: 'SSL', settings: {} },
  mutual: {
    protocol: 'SSL',
    settings: {
      'ssl.client.auth': 'required',
      'ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/,DEFAULT',
    },
  },
  sasl: { protocol: 'SASL_SSL', settings: {} },
  /** Plain text: for the ACLs, which ask only who it is. */
  clear: { protocol: 'SASL_PLAINTEXT', settings: {} },
  /** Its certificate has expired. */
  expired: { protocol: 'SSL', settings: {} },
  /** Its certificate is that of another host. */
  stranger: { protocol: 'SSL', settings: {} },
} as const;

export type Door = keyof typeof DOORS;

/**
 * One broker with an authorizer, behind doors of several kinds. Whoever comes without a name is a super user, which the
 * doors for clients let nobody be but `tls`, `expired` and `stranger`.
 */
export class SecuredKafka {
  private constructor(
    readonly cluster: LocalKafka,
    readonly tokens: TokenServer,
    readonly authority: Authority,
    /** Of the user, for `mutual`. */
    readonly client: Certified,
    private readonly ports: ReadonlyMap<Door, number>,
    private readonly folder: string,
  ) {}

  /** @throws Error without Java and Maven. */
  static async start(): Promise<SecuredKafka> {
    const doors = Object.keys(DOORS) as Door[];
    const free = await freePorts(2 + doors.length);
    const ports = new Map(doors.map((door, index) => [door, free[2 + index] ?? 0]));
    const authority = await Authority.create('the authority');
    const folder = await mkdtemp(join(tmpdir(), 'ponte-secured-'));
    const tokens = await TokenServer.start({
      id: USER,
      secret: PASSWORD,
      user: USER,
      audience: AUDIENCE,
      lifetime: 3_600,
    });
    await writeStores(folder, authority);
    const cluster = await LocalKafka.start({
      brokers: 1,
      ports: [free[0] ?? 0],
      settings: settingsFor(ports, free, folder, tokens.keysUrl),
      jvm: [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${tokens.keysUrl}`],
      scramUsers: [{ name: USER, password: PASSWORD }],
    });
    const client = await authority.issue({ name: USER });
    return new SecuredKafka(cluster, tokens, authority, client, ports, folder);
  }

  address(door: Door): string {
    return `localhost:${this.ports.get(door)}`;
  }

  /** Gives a door a certificate that is in order, while the broker runs. */
  async renew(door: Door): Promise<void> {
    // Kafka takes a new certificate only for all the names of the old one.
    const hosts = [...new Set(['localhost', ...hostsOf(door)])];
    const renewed = await this.authority.issue({ name: 'broker', hosts });
    await writeFile(storeOf(this.folder, door), pemOf(renewed));
    const name = `listener.name.${door}.ssl.keystore.location`;
    const configEntries = [{ name, value: storeOf(this.folder, door) }];
    const type = kafkajs.ConfigResourceTypes.BROKER;
    await withAdmin(this.cluster.bootstrap, (admin) =>
      admin.alterConfigs({ validateOnly: false, resources: [{ type, name: '1', configEntries }] }),
    );
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    this.tokens.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const storeOf = (folder: string, door: string): string => join(folder, `${door}.pem`);
const pemOf = ({ key, cert }: Certified): string => `${key}\n${cert}\n`;

const hostsOf = (door: Door): string[] => [door === 'stranger' ? 'kafka.example' : 'localhost'];

async function writeStores(folder: string, authority: Authority): Promise<void> {
  await writeFile(join(folder, 'authority.pem'), `${authority.cert}\n`);
  for (const door of Object.keys(DOORS) as Door[]) {
    const hosts = hostsOf(door);
    const own = await authority.issue({ name: 'broker', hosts, expired: door === 'expired' });
    await writeFile(storeOf(folder, door), pemOf(own));
  }
}

function settingsFor(
  ports: ReadonlyMap<Door, number>,
  [client = 0, controller = 0]: readonly number[],
  folder: string,
  keysUrl: string,
): Record<string, string> {
  const doors = [...ports].map(([door, port]) => `${door.toUpperCase()}://localhost:${port}`);
  const own = `CLIENT://127.0.0.1:${client}`;
  const protocols = Object.entries(DOORS).map(
    ([door, { protocol }]) => `${door.toUpperCase()}:${protocol}`,
  );
  return {
    listeners: [own, `CONTROLLER://127.0.0.1:${controller}`, ...doors].join(','),
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'advertised.listeners': [own, ...doors].join(','),
    'listener.security.protocol.map': `CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,${protocols.join(',')}`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'default.replication.factor': '1',
    'min.insync.replicas': '1',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'num.network.threads': '1',
    ...doorSettings(folder),
    ...saslSettings('sasl', keysUrl),
    ...saslSettings('clear', keysUrl),
  };
}

function doorSettings(folder: string): Record<string, string> {
  const lines = Object.entries(DOORS).flatMap(([door, { settings }]) =>
    Object.entries({
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': storeOf(folder, door),
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': join(folder, 'authority.pem'),
      ...settings,
    }).map(([name, value]) => [`listener.name.${door}.${name}`, value] as const),
  );
  return Object.fromEntries(lines);
}

const MODULES = {
  plain: `plain.PlainLoginModule required user_${USER}="${PASSWORD}"`,
  'scram-sha-256': 'scram.ScramLoginModule required',
  'scram-sha-512': 'scram.ScramLoginModule required',
  oauthbearer: 'oauthbearer.OAuthBearerLoginModule required',
};

function saslSettings(door: Door, keysUrl: string): Record<string, string> {
  const prefix = `listener.name.${door}`;
  const token = `${prefix}.oauthbearer.sasl`;
  const modules = Object.entries(MODULES).map(([mechanism, module]) => [
    `${prefix}.${mechanism}.sasl.jaas.config`,
    `org.apache.kafka.common.security.${module};`,
  ]);
  return {
    ...(Object.fromEntries(modules) as Record<string, string>),
    [`${prefix}.sasl.enabled.mechanisms`]: Object.keys(MODULES).join(',').toUpperCase(),
    [`${token}.server.callback.handler.class`]:
      'org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler',
    [`${token}.oauthbearer.jwks.endpoint.url`]: keysUrl,
    [`${token}.oauthbearer.expected.audience`]: AUDIENCE,
  };
}
