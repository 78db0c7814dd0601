import { All, Controller, Delete, Put } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { REST_PROXY_MEDIA_TYPES } from '../http/index.js';
import { ProblemError } from '../problem/index.js';

const V3 = 'v3/clusters/:cluster';

/** Parts of the two contracts that the bridge does not have; a caller must not take them for a wrong path. */
const PATHS: string[] = [
  'consumers/:group',
  'consumers/:group/instances/:instance',
  'consumers/:group/instances/:instance/:what',
  'consumers/:group/instances/:instance/:what/:detail',
  `${V3}/acls`,
  `${V3}/acls::batch`,
  `${V3}/broker-configs`,
  `${V3}/broker-configs::alter`,
  `${V3}/broker-configs/:name`,
  `${V3}/brokers/:broker/configs`,
  `${V3}/brokers/:broker/configs::alter`,
  `${V3}/brokers/:broker/configs/:name`,
  `${V3}/brokers/:broker/partition-replicas`,
  `${V3}/consumer-groups`,
  `${V3}/consumer-groups/:group`,
  `${V3}/consumer-groups/:group/:what`,
  `${V3}/consumer-groups/:group/:what/:detail`,
  `${V3}/consumer-groups/:group/consumers/:consumer/assignments`,
  `${V3}/consumer-groups/:group/consumers/:consumer/assignments/:topic/partitions/:partition`,
  `${V3}/consumer-groups/:group/lags/:topic/partitions/:partition`,
  `${V3}/topics/:topic/partitions/:partition/reassignment`,
  `${V3}/topics/:topic/configs::alter`,
];

/** A setting of a topic can be read, and not changed. */
const SETTING = `${V3}/topics/:topic/configs/:name`;
const TYPES = { mediaTypes: ['application/json', ...REST_PROXY_MEDIA_TYPES] };

@Controller()
export class NotImplementedController {
  @All(PATHS)
  @RouteConfig(TYPES)
  refuse(): never {
    throw new ProblemError(
      'not_implemented',
      'The bridge writes to Kafka: consumers, ACLs, broker settings and reassignments it does not have.',
    );
  }

  @Put(SETTING)
  @RouteConfig(TYPES)
  refuseSetting(): never {
    throw new ProblemError('not_implemented', 'The bridge does not change settings of topics.');
  }

  @Delete(SETTING)
  @RouteConfig(TYPES)
  refuseReset(): never {
    return this.refuseSetting();
  }
}
