import type { Compression } from '@bridge/kafka';
import type { DeliveryMode, ValueKeys } from '@bridge/outbox';
import type { Identities, OidcOptions, Rates } from '../access/index.js';
import type { TlsMaterial, TlsPaths } from './server-tls.js';
import type { TopicRetention } from './topic-retention.js';

/** The topic whose group offsets are the ledger. Nothing is ever written to it, and nobody may post to it. */
export const LEDGER_TOPIC = '_ponte.ledger';

/**
 * The whole configuration, typed, read once by `environment.ts` (the only file that sees `process.env`).
 * Sizes are bytes, times are milliseconds. Defaults and names: docs/configuration.md.
 */
export interface BridgeConfig {
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Null: plain HTTP. */
    readonly tls: ServerTls | null;
    readonly maxBodyBytes: number;
    /** In one POST. */
    readonly maxRecords: number;
    readonly confirmWaitMs: number;
    readonly invalidUtf8: 'windows-1252' | 'reject';
  };
  readonly access: {
    /** The file of the keys, which is looked at again while the bridge runs. */
    readonly path: string;
    /** What it held. */
    readonly identities: Identities;
    /** Whose tokens are taken. Null: nobody's. */
    readonly oidc: OidcOptions | null;
    readonly rates: Rates;
  };
  readonly outbox: {
    readonly enabled: boolean;
    readonly url: string;
    readonly ballastBytes: number;
    /** Null: values are stored as they are. */
    readonly valueKeys: ValueKeys | null;
    /** Null: nobody is noted whom records are about. */
    readonly subjectKeys: ValueKeys | null;
  };
  readonly kafka: {
    readonly brokers: readonly string[];
    readonly clientId: string;
    readonly ssl: KafkaTls | null;
    readonly sasl: KafkaSasl | null;
    readonly compression: Compression;
  };
  readonly delivery: {
    readonly mode: DeliveryMode;
    readonly pipelines: number;
    readonly batchMaxRecords: number;
    readonly batchMaxBytes: number;
    readonly lingerMs: number;
    readonly deadLetterTopic: string;
    readonly onDeadLetter: 'continue' | 'park';
    readonly maxAttempts: number;
    readonly retryInitialMs: number;
    readonly retryMultiplier: number;
    readonly retryMaxMs: number;
  };
  readonly limits: {
    readonly queueMaxRows: number;
    readonly queueMaxBytes: number;
    readonly minFreeDisk: { readonly percent: number } | { readonly bytes: number };
  };
  readonly retention: {
    readonly sentMs: number;
    readonly idsMs: number;
    readonly deadLettersMs: number;
    readonly byTopic: readonly TopicRetention[];
  };
  readonly alerts: {
    /** Where people are told of trouble. Null: nowhere. */
    readonly webhook: { readonly url: string; readonly mayBePrivate: boolean } | null;
    /** How old the oldest record that waits may be. */
    readonly backlogAgeMs: number;
  };
  /** The collector of traces. Null: nobody collects them. */
  readonly tracing: {
    /** Without a slash at its end. */
    readonly endpoint: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly resource: Readonly<Record<string, string>>;
    /** From 0 to 1: of traces that begin here, those that are kept. */
    readonly ratio: number;
  } | null;
  readonly logLevel: LogLevel;
  /** `DELIVERY_<TOPIC>` and `MESSAGE_ID_POINTER_<TOPIC>`: the topic's name in capitals, what is not a letter or digit as `_`. */
  readonly topics: {
    deliveryOf(topic: string): DeliveryMode;
    /** A parsed JSON pointer, or null when none is configured for the topic. */
    messageIdPointerOf(topic: string): readonly string[] | null;
  };
}

/** TLS of the bridge's own port. */
export interface ServerTls {
  readonly paths: TlsPaths;
  /** What the files held when the configuration was read. */
  readonly material: TlsMaterial;
}

export interface KafkaTls {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly passphrase: string | null;
}

export type KafkaSasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    }
  | {
      readonly mechanism: 'oauthbearer';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope: string | null;
    };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Injection token and type at once: the configuration of this process. */
export abstract class Configuration {
  abstract readonly bridge: BridgeConfig;
}
