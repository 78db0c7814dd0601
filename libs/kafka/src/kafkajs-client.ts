import net from 'node:net';
import tls from 'node:tls';
import kafkajs from 'kafkajs';
import { registerCodecs } from './kafkajs-codecs.js';
import { patchKafkaJs } from './kafkajs-patches.js';
import { saslOptions, sendsSecret, type KafkaSasl } from './sasl.js';
import type { ISocketFactory, Kafka } from 'kafkajs';

/** How to reach the cluster. Secrets are held here only. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl: {
    readonly ca: string | null;
    readonly cert: string | null;
    readonly key: string | null;
    /** Of the key, where it is encrypted. */
    readonly passphrase: string | null;
  } | null;
  readonly sasl: KafkaSasl | null;
}

/*
 * Deadlines in milliseconds. They were found by killing and freezing brokers for 500 s: long enough for a
 * leader to move, short enough for a frozen broker to be left in time. The client's own timeouts are the
 * shorter ones, ours are the backstop.
 */
export const DEADLINES = {
  connect: 5_000,
  call: 8_000,
  close: 3_000,
  clientConnection: 2_000,
  clientRequest: 4_000,
  /** Kafka aborts a transaction that is left open for this long; until then it holds back its consumers. */
  transaction: 15_000,
} as const;

const KEEP_ALIVE_MS = 60_000;

const LOOPBACK = new net.BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * One kafkajs instance with sockets of its own, so that letting go of it is certain: kafkajs can neither be
 * told to drop a connection that waits for an answer nor be trusted to close those it has forgotten.
 */
export class KafkaClient {
  readonly kafka: Kafka;
  private readonly sockets = new Set<net.Socket>();
  private dropped = false;
  /** Whether a connection without TLS must not leave the machine. */
  private readonly guarded: boolean;

  constructor(connection: KafkaConnection) {
    patchKafkaJs();
    registerCodecs();
    const { sasl } = connection;
    this.guarded = connection.ssl === null && sasl !== null && sendsSecret(sasl);
    this.kafka = new kafkajs.Kafka({
      clientId: connection.clientId,
      brokers: [...connection.brokers],
      ...(connection.ssl === null ? {} : { ssl: tlsOptions(connection.ssl) }),
      ...(sasl === null ? {} : { sasl: saslOptions(sasl) }),
      connectionTimeout: DEADLINES.clientConnection,
      authenticationTimeout: DEADLINES.clientRequest,
      requestTimeout: DEADLINES.clientRequest,
      retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 3 },
      logLevel: kafkajs.logLevel.NOTHING,
      socketFactory: this.openSocket,
    });
  }

  /** Lets go of a client in doubt at once: it may not finish what it had begun. Never throws. */
  abandon(connected: { disconnect(): Promise<void> }): void {
    this.drop();
    connected.disconnect().catch(() => {
      // Nobody waits for it, and what it has to say is known: the connection is gone.
    });
  }

  /** Destroys every socket, also those that the client opens from now on. */
  drop(): void {
    this.dropped = true;
    for (const socket of this.sockets) {
      socket.destroy();
      // kafkajs rejects what waits on a connection when it sees the end, not when it sees the close.
      socket.emit('end');
    }
    this.sockets.clear();
  }

  private readonly openSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    const serverName = net.isIP(host) === 0 ? { servername: host } : {};
    const socket =
      ssl && Object.keys(ssl).length > 0
        ? tls.connect({ host, port, ...serverName, ...ssl }, onConnect)
        : net.connect({ host, port }, () => this.withinReach(socket, onConnect));
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setNoDelay(true);
    if (this.dropped) {
      // With an error, or kafkajs would wait for the connection until its time is over.
      socket.destroy(new Error('This Kafka client was let go of.'));
      return socket;
    }
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  };

  /**
   * The brokers that are configured are on this machine where a secret would go out in clear text. They may name
   * others, though, and those get nothing.
   */
  private withinReach(socket: net.Socket, onConnect: () => void): void {
    const { remoteAddress = '', remoteFamily } = socket;
    const isHere = LOOPBACK.check(remoteAddress, remoteFamily === 'IPv6' ? 'ipv6' : 'ipv4');
    if (!this.guarded || isHere) onConnect();
    else socket.destroy(new Error('a secret must not be sent to another machine without TLS'));
  }
}

function tlsOptions(ssl: NonNullable<KafkaConnection['ssl']>): tls.ConnectionOptions {
  return {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(ssl.ca === null ? {} : { ca: ssl.ca }),
    ...(ssl.cert === null ? {} : { cert: ssl.cert }),
    ...(ssl.key === null ? {} : { key: ssl.key }),
    ...(ssl.passphrase === null ? {} : { passphrase: ssl.passphrase }),
  };
}
