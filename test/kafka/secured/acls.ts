import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import type { AclEntry, AclFilter } from 'kafkajs';
import { withAdmin } from '../../../dev/kafka/cluster-probe.js';
import { runJavaTool } from '../../../dev/kafka/java-tool.js';
import { PROJECT_ROOT } from '../../../dev/project-root.js';
import { USER } from '../../support/secured-kafka.js';

const ACL_TOOL = 'org.apache.kafka.tools.AclCommand';
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** A right as a line of docs/kafka-acls.md gives it. */
export interface Right {
  /** The options of `kafka-acls.sh`, as they stand there. */
  readonly options: readonly string[];
  readonly entry: AclEntry;
}

/** The lines under this heading of docs/kafka-acls.md that begin so, without their beginning, as words. */
async function documented(heading: string, beginning: string): Promise<string[][]> {
  const text = await readFile(join(PROJECT_ROOT, 'docs', 'kafka-acls.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith(beginning));
  return lines.map((line) => line.slice(beginning.length).split(' '));
}

const valueOf = (name: string, options: readonly string[]): string =>
  options[options.indexOf(name) + 1] ?? '';

export async function documentedRights(heading: string): Promise<Right[]> {
  const lines = await documented(heading, '$ALLOW ');
  return lines.map((options) => ({ options, entry: entryOf(options) }));
}

/** The topics that the bridge's administrator makes, with their partitions. */
export async function documentedTopics(): Promise<(readonly [string, number])[]> {
  const lines = await documented('What it needs', 'kafka-topics.sh $KAFKA --create ');
  return lines.map((line) => [valueOf('--topic', line), Number(valueOf('--partitions', line))]);
}

const RESOURCES = {
  '--topic': AclResourceTypes.TOPIC,
  '--group': AclResourceTypes.GROUP,
  '--transactional-id': AclResourceTypes.TRANSACTIONAL_ID,
} as const;
const OPERATIONS: Readonly<Record<string, AclEntry['operation']>> = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
};

function entryOf(options: readonly string[]): AclEntry {
  const kinds = Object.keys(RESOURCES) as (keyof typeof RESOURCES)[];
  const kind = kinds.find((name) => options.includes(name));
  const operation = OPERATIONS[valueOf('--operation', options)];
  if (kind === undefined || operation === undefined) throw new Error(options.join(' '));
  const isPrefix = options.includes('--resource-pattern-type');
  return {
    resourceType: RESOURCES[kind],
    resourceName: valueOf(kind, options),
    resourcePatternType: isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
    principal: `User:${USER}`,
    host: '*',
    operation,
    permissionType: AclPermissionTypes.ALLOW,
  };
}

/** Gives them with Kafka's own tool, as an administrator would. */
export async function giveAsDocumented(
  bootstrap: readonly string[],
  rights: readonly Right[],
): Promise<void> {
  const common = ['--bootstrap-server', bootstrap.join(','), '--add'];
  const allow = [...common, '--allow-principal', `User:${USER}`];
  await Promise.all(rights.map(({ options }) => runJavaTool(ACL_TOOL, [...allow, ...options])));
}

export async function give(bootstrap: readonly string[], { entry }: Right): Promise<void> {
  await withAdmin(bootstrap, (admin) => admin.createAcls({ acl: [entry] }));
}

export async function takeAway(bootstrap: readonly string[], { entry }: Right): Promise<void> {
  await withAdmin(bootstrap, (admin) => admin.deleteAcls({ filters: [entry] }));
}

/** Every right that the user has. */
export async function rightsOfUser(bootstrap: readonly string[]): Promise<AclEntry[]> {
  const filter = {
    resourceType: AclResourceTypes.ANY,
    resourcePatternType: ResourcePatternTypes.ANY,
    principal: `User:${USER}`,
    operation: AclOperationTypes.ANY,
    permissionType: AclPermissionTypes.ANY,
  } as AclFilter;
  const { resources } = await withAdmin(bootstrap, (admin) => admin.describeAcls(filter));
  return resources.flatMap(({ acls, ...resource }) => acls.map((acl) => ({ ...resource, ...acl })));
}
