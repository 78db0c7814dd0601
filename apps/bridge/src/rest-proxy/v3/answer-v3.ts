import type { FastifyReply, FastifyRequest } from 'fastify';
import { jsonBytes } from '../json-bytes.js';
import { Resources, type Resource } from './resources.js';

/** The resources of a cluster, with the addresses under which the caller has asked. */
export function resourcesFor(request: FastifyRequest, clusterId: string): Resources {
  return new Resources(`${request.protocol}://${request.host}`, clusterId);
}

export function answerV3(reply: FastifyReply, body: object): Buffer {
  reply.header('content-type', 'application/json');
  return jsonBytes(body);
}

/** A resource that was made, with its address. */
export function answerCreated(reply: FastifyReply, resource: Resource): Buffer {
  reply.code(201).header('location', resource.metadata.self);
  return answerV3(reply, resource);
}
