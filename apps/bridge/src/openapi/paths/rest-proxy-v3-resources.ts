import type { Operation, Schema } from '../openapi.types.js';
import { constant, list, named, object, text } from '../parts.js';
import { NOTHING, V3_TAG } from './rest-proxy-parts.js';

const ORIGIN = 'http://localhost:8081';

export const CLUSTER_ID = 'x3JrX1fZQ2m';
const CLUSTER_URL = `${ORIGIN}/v3/clusters/${CLUSTER_ID}`;

/** The address of another resource. */
export const RELATED = object({ related: text() });

type Members = Readonly<Record<string, Schema>>;

/** A resource as every answer of the third version has it. */
export function resource(kind: string, members: Members): Schema {
  return object({
    kind: constant(kind),
    metadata: object({ self: text('Its address.'), resource_name: text() }),
    cluster_id: text(),
    ...members,
  });
}

/** All of a kind; there are no pages. */
export function resourceList(kind: string, items: string): Schema {
  return object({
    kind: constant(kind),
    metadata: object({ self: text('Its address.'), next: NOTHING }),
    data: list(named(items)),
  });
}

/** Where the examples' other resources are. @param path below the cluster, such as `/topics`. */
export const at = (path: string): object => ({ related: CLUSTER_URL + path });

/**
 * @param path below the cluster, such as `/topics/a`.
 * @param name such as `/topic=a`.
 */
export function resourceExample(kind: string, path: string, name: string, members: object): object {
  return {
    kind,
    metadata: { self: CLUSTER_URL + path, resource_name: `crn:///kafka=${CLUSTER_ID}${name}` },
    cluster_id: CLUSTER_ID,
    ...members,
  };
}

export function listExample(kind: string, path: string, ...data: readonly object[]): object {
  return { kind, metadata: { self: CLUSTER_URL + path, next: null }, data };
}

/** The list of all clusters, which stands above each of them. */
export function clustersExample(cluster: object): object {
  return {
    kind: 'KafkaClusterList',
    metadata: { self: `${ORIGIN}/v3/clusters`, next: null },
    data: [cluster],
  };
}

type Described = Omit<Operation, 'tag' | 'refusedIn'>;

/** An operation of the third version. */
export const inV3 = (operation: Described): Operation => ({
  ...operation,
  tag: V3_TAG,
  refusedIn: ['v3'],
});
