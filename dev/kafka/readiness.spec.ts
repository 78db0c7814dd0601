import { describe, expect, test } from '@jest/globals';
import type { ClusterPicture } from './cluster-probe.js';
import { whatIsMissing } from './readiness.js';

const THREE = [{ id: 1 }, { id: 2 }, { id: 3 }];

function picture(liveBrokers: number[], leader: number, isr: number[]): ClusterPicture {
  const partition = { partitionId: 0, leader, isr, replicas: [1, 2, 3], partitionErrorCode: 0 };
  return { clusterId: 'c', liveBrokers, topics: [{ name: 't', partitions: [partition] }] };
}

describe('a cluster', () => {
  test('is ready when all brokers see each other and all replicas are in sync', () => {
    expect(whatIsMissing(THREE, [picture([1, 2, 3], 1, [1, 2, 3])])).toBeNull();
  });

  test('is ready without a broker that does not run', () => {
    expect(whatIsMissing([{ id: 1 }, { id: 2 }], [picture([1, 2], 2, [1, 2])])).toBeNull();
  });

  test('is not ready while one broker still misses another', () => {
    const pictures = [picture([1, 2, 3], 1, [1, 2, 3]), picture([1, 2], 1, [1, 2, 3])];
    expect(whatIsMissing(THREE, pictures)).toBe('broker 3 is not in the cluster yet');
  });

  test('is not ready while a partition is led by a broker that is gone, or by none', () => {
    expect(whatIsMissing([{ id: 1 }, { id: 2 }], [picture([1, 2], 3, [1, 2])])).toBe(
      't-0 has no running leader',
    );
    expect(whatIsMissing(THREE, [picture([1, 2, 3], -1, [])])).toBe('t-0 has no running leader');
  });

  test('is not ready while a replica is behind, since the next broker to go would stop writes', () => {
    expect(whatIsMissing(THREE, [picture([1, 2, 3], 1, [1, 2])])).toBe(
      't-0 is not in sync on broker 3',
    );
  });
});
