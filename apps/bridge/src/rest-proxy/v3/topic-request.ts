import type { NewTopic } from '@bridge/kafka';
import { readObject } from '../../http/index.js';
import { ProblemError } from '../../problem/index.js';
import { unrecognized } from './record-request.js';

const NEW_FIELDS: ReadonlySet<string> = new Set([
  'topic_name',
  'partitions_count',
  'replication_factor',
  'replicas_assignments',
  'configs',
  'validate_only',
]);
const CHANGE_FIELDS: ReadonlySet<string> = new Set(['partitions_count']);
const MAX_PARTITIONS = 10_000;
const MAX_REPLICAS = 15;
const MAX_SETTINGS = 50;

type Fields = Readonly<Record<string, unknown>>;

/** Reads the body of a request to make a topic. Pure. @throws ProblemError. */
export function readNewTopic(bytes: Buffer): NewTopic {
  const fields = read(bytes, NEW_FIELDS);
  const { topic_name: topic } = fields;
  if (typeof topic !== 'string') throw invalid('topic_name is needed');
  const assignments = assignmentsOf(fields['replicas_assignments']);
  const validateOnly = fields['validate_only'] ?? false;
  if (typeof validateOnly !== 'boolean') throw invalid('validate_only must be true or false');
  return {
    topic,
    partitions: countOf(fields, 'partitions_count', MAX_PARTITIONS),
    replicationFactor: countOf(fields, 'replication_factor', MAX_REPLICAS),
    config: settingsOf(fields['configs']),
    ...(assignments === null ? {} : { assignments }),
    validateOnly,
  };
}

/** Reads how many partitions a topic is to have. Pure. @throws ProblemError. */
export function readPartitionsCount(bytes: Buffer): number {
  const count = countOf(read(bytes, CHANGE_FIELDS), 'partitions_count', MAX_PARTITIONS);
  if (count === null) throw invalid('partitions_count is needed');
  return count;
}

function read(bytes: Buffer, fields: ReadonlySet<string>): Fields {
  if (bytes.length === 0) {
    const detail = 'Payload error. Request body is empty. Data is required.';
    throw new ProblemError('empty_body', detail, { restProxy: 42206 });
  }
  try {
    return readObject(bytes, fields).value;
  } catch (error) {
    throw unrecognized(error);
  }
}

function countOf(fields: Fields, name: string, most: number): number | null {
  const value = fields[name] ?? null;
  if (value === null || isWhole(value, 1, most)) return value;
  // What Kafka refuses for its number is refused with Kafka's code; it would not get as far as Kafka.
  const refused = Number.isInteger(value);
  throw refused
    ? new ProblemError('topic_refused', `${name} must be from 1 to ${most}`)
    : invalid(`${name} must be a whole number`);
}

/** `{"0": [1, 2], …}`: each partition with its brokers. */
function assignmentsOf(value: unknown): NonNullable<NewTopic['assignments']> | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) throw invalidAssignments();
  const entries = Object.entries(value);
  if (entries.length > MAX_PARTITIONS) throw invalidAssignments();
  return entries.map(([name, replicas]: [string, unknown]) => {
    const partition = /^\d{1,5}$/.test(name) ? Number(name) : null;
    if (partition === null || !Array.isArray(replicas)) throw invalidAssignments();
    return { partition, replicas: replicas.map(brokerOf) };
  });
}

function brokerOf(value: unknown): number {
  if (isWhole(value, 0, 2 ** 31 - 1)) return value;
  throw invalidAssignments();
}

/** `[{"name": "retention.ms", "value": "86400000"}]`; null leaves a setting as it is by default. */
function settingsOf(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  if (!Array.isArray(value) || value.length > MAX_SETTINGS) throw invalidSettings();
  const settings = value.map((item: unknown): readonly [string, string | null] => {
    if (typeof item !== 'object' || item === null) throw invalidSettings();
    const { name, value: text = null } = item as { readonly name?: unknown; value?: unknown };
    if (typeof name !== 'string' || (text !== null && typeof text !== 'string')) {
      throw invalidSettings();
    }
    return [name, text];
  });
  return Object.fromEntries(
    settings.filter((setting): setting is readonly [string, string] => setting[1] !== null),
  );
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

function invalid(detail: string): ProblemError {
  return new ProblemError('invalid_body', detail);
}

function invalidAssignments(): ProblemError {
  return invalid('replicas_assignments is {"0": [1, 2], …}: each partition with its brokers');
}

function invalidSettings(): ProblemError {
  return invalid(`configs is a list of at most ${MAX_SETTINGS} {"name": text, "value": text}`);
}
