import { validateSync } from 'class-validator';
import { parseValueKeys, type DeliveryMode, type ValueKeys } from '@bridge/outbox';
import { NOBODY, readIdentities, type Identities } from '../access/index.js';
import { alertsOf } from './alert-options.js';
import type { BridgeConfig, LogLevel, ServerTls } from './bridge.config.js';
import { ConfigurationError, type ConfigurationFault } from './configuration.error.js';
import { contradictions } from './contradictions.js';
import { contentOf, givenVariables, type Environment } from './given-variables.js';
import { kafkaOf } from './kafka-access.js';
import { readTls, TlsFault } from './server-tls.js';
import { supervisionOf, type Supervision } from './supervision.js';
import { parseTopicRetention } from './topic-retention.js';
import { tracesOf } from './trace-options.js';
import { topicRules, type TopicOverrides } from './topic-rules.js';
import { parseClaim, parseDuration, parseFreeDisk, parsePointer, parseSize } from './units.js';
import { Variables } from './variables.js';

/**
 * Reads the configuration, once. Each variable may also be given as `<NAME>_FILE`, the path of a file that
 * holds it, or as a credential of systemd; an empty variable counts as not set.
 * @throws ConfigurationError with every fault at once.
 */
export function readEnvironment(environment: Environment = process.env): BridgeConfig {
  const faults: ConfigurationFault[] = [];
  const given = givenVariables(environment, faults);
  const variables = new Variables();
  for (const name of Object.keys(variables) as (keyof Variables)[]) {
    variables[name] = given.get(name) ?? variables[name];
  }
  for (const { property, constraints } of validateSync(variables)) {
    const [reason = 'is not valid'] = Object.values(constraints ?? {});
    faults.push({ variable: property, reason });
  }
  const overrides = topicOverrides(given, faults);
  const identities = identitiesOf(variables, faults);
  const valueKeys = keysIn('VALUES_KEY_PATH', variables, faults);
  const subjectKeys = keysIn('SUBJECTS_KEY_PATH', variables, faults);
  const tls = tlsOf(variables, faults);
  const faulty = new Set(faults.map((f) => f.variable));
  faults.push(...contradictions(variables, overrides, identities, faulty));
  if (faults.length > 0) throw new ConfigurationError(faults);
  return bridgeConfig(variables, overrides, { identities, valueKeys, subjectKeys, tls });
}

/** For the command that makes the first key: without it the rest of the configuration may not be right yet. */
export function keysPath(environment: Environment = process.env): string {
  return givenVariables(environment, []).get('KEYS_PATH') ?? new Variables().KEYS_PATH;
}

/** Whether systemd waits for word from this process. */
export function supervision(environment: Environment = process.env): Supervision {
  return supervisionOf(environment, process.pid);
}

/** Where the bridge of these variables is, for a command that looks at it; the rest of them may not be right. */
export function ownUrl(environment: Environment = process.env): string {
  const given = givenVariables(environment, []);
  const scheme = given.has('TLS_CERT_PATH') ? 'https' : 'http';
  return `${scheme}://127.0.0.1:${given.get('PORT') ?? new Variables().PORT}`;
}

/** The options that Node itself was started with. */
export function nodeOptions(environment: Environment = process.env): readonly string[] {
  return [...process.execArgv, ...(environment['NODE_OPTIONS'] ?? '').split(/\s+/)];
}

function identitiesOf(v: Variables, faults: ConfigurationFault[]): Identities {
  try {
    return readIdentities(v.KEYS_PATH);
  } catch (error) {
    const reason = `names a file that is not right: ${(error as Error).message}`;
    faults.push({ variable: 'KEYS_PATH', reason });
    return NOBODY;
  }
}

/** What is read of files that variables name. */
interface Files {
  readonly tls: ServerTls | null;
  readonly identities: Identities;
  readonly valueKeys: ValueKeys | null;
  readonly subjectKeys: ValueKeys | null;
}

function keysIn(
  variable: 'VALUES_KEY_PATH' | 'SUBJECTS_KEY_PATH',
  v: Variables,
  faults: ConfigurationFault[],
): ValueKeys | null {
  const path = v[variable];
  if (path === '') return null;
  const text = contentOf(path);
  try {
    if (text === null) throw new Error('it cannot be read');
    return parseValueKeys(text);
  } catch (error) {
    const reason = `names a file that is not right: ${(error as Error).message}`;
    faults.push({ variable, reason });
    return null;
  }
}

/** Null also where only one of the two is set, which is a contradiction. */
function tlsOf(v: Variables, faults: ConfigurationFault[]): ServerTls | null {
  if (v.TLS_CERT_PATH === '' || v.TLS_KEY_PATH === '') return null;
  const paths = {
    cert: v.TLS_CERT_PATH,
    key: v.TLS_KEY_PATH,
    passphrase: v.TLS_KEY_PASSPHRASE,
    clientCa: v.TLS_CLIENT_CA_PATH,
  };
  try {
    return { paths, material: readTls(paths) };
  } catch (error) {
    if (!(error instanceof TlsFault)) throw error;
    faults.push({ variable: error.variable, reason: error.reason });
    return null;
  }
}

function topicOverrides(
  given: ReadonlyMap<string, string>,
  faults: ConfigurationFault[],
): TopicOverrides {
  const delivery = new Map<string, DeliveryMode>();
  const pointer = new Map<string, readonly string[]>();
  for (const [name, value] of given) {
    if (name.startsWith('DELIVERY_')) {
      if (value === 'exactly-once' || value === 'at-least-once')
        delivery.set(name.slice('DELIVERY_'.length), value);
      else faults.push({ variable: name, reason: 'must be exactly-once or at-least-once' });
    } else if (name.startsWith('MESSAGE_ID_POINTER_')) {
      const tokens = parsePointer(value);
      if (tokens === null)
        faults.push({ variable: name, reason: 'must be a JSON pointer such as /data/chave' });
      else pointer.set(name.slice('MESSAGE_ID_POINTER_'.length), tokens);
    }
  }
  return { delivery, pointer };
}

/** The typed configuration of variables that have passed every rule. */
function bridgeConfig(v: Variables, overrides: TopicOverrides, files: Files): BridgeConfig {
  const mode = v.DELIVERY as DeliveryMode;
  return {
    http: {
      host: v.HOST,
      port: Number(v.PORT),
      tls: files.tls,
      maxBodyBytes: size(v.MAX_BODY_BYTES),
      maxRecords: Number(v.MAX_RECORDS_PER_REQUEST),
      confirmWaitMs: Number(v.CONFIRM_WAIT_MS),
      invalidUtf8: v.INVALID_UTF8 as 'windows-1252' | 'reject',
    },
    access: {
      path: v.KEYS_PATH,
      identities: files.identities,
      oidc: oidcOf(v),
      rates: {
        perAddress: Number(v.RATE_LIMIT_ADDRESS),
        perCaller: Number(v.RATE_LIMIT_CALLER),
      },
    },
    outbox: {
      enabled: v.ENABLE_OUTBOX === 'true',
      url: v.OUTBOX_URL,
      ballastBytes: size(v.OUTBOX_BALLAST),
      valueKeys: files.valueKeys,
      subjectKeys: files.subjectKeys,
    },
    kafka: kafkaOf(v),
    delivery: {
      mode,
      pipelines: Number(v.PIPELINES),
      batchMaxRecords: Number(v.BATCH_MAX_RECORDS),
      batchMaxBytes: size(v.BATCH_MAX_BYTES),
      lingerMs: Number(v.LINGER_MS),
      deadLetterTopic: v.DLQ_TOPIC,
      onDeadLetter: v.ON_DEAD_LETTER as 'continue' | 'park',
      maxAttempts: Number(v.MAX_ATTEMPTS),
      retryInitialMs: Number(v.RETRY_INITIAL_MS),
      retryMultiplier: Number(v.RETRY_MULTIPLIER),
      retryMaxMs: Number(v.RETRY_MAX_MS),
    },
    limits: {
      queueMaxRows: Number(v.QUEUE_MAX_ROWS),
      queueMaxBytes: size(v.QUEUE_MAX_BYTES),
      minFreeDisk: certain(parseFreeDisk(v.MIN_FREE_DISK)),
    },
    retention: {
      sentMs: duration(v.RETENTION_SENT),
      idsMs: duration(v.RETENTION_IDS),
      deadLettersMs: duration(v.RETENTION_DLQ),
      byTopic: certain(parseTopicRetention(v.RETENTION_BY_TOPIC)),
    },
    alerts: alertsOf(v),
    tracing: tracesOf(v),
    logLevel: v.LOG_LEVEL as LogLevel,
    topics: topicRules({ delivery: mode, pointer: parsePointer(v.MESSAGE_ID_POINTER) }, overrides),
  };
}

function oidcOf(v: Variables): BridgeConfig['access']['oidc'] {
  if (v.OIDC_ISSUER === '') return null;
  return {
    issuer: v.OIDC_ISSUER,
    audience: v.OIDC_AUDIENCE,
    jwksUrl: v.OIDC_JWKS_URL,
    claims: {
      roles: certain(parseClaim(v.OIDC_ROLES_CLAIM)),
      topics: certain(parseClaim(v.OIDC_TOPICS_CLAIM)),
    },
  };
}

const size = (text: string): number => certain(parseSize(text));
const duration = (text: string): number => certain(parseDuration(text));

/** The variables have passed their rules, so a null here is a defect of a rule. */
function certain<T>(value: T | null): T {
  if (value === null) throw new Error('A rule let a value pass that cannot be read');
  return value;
}
