import type { OutboxStats, StorageHealth } from '@bridge/outbox';
import type { BridgeConfig } from '../config/bridge.config.js';
import { minFreeBytes } from '../ingestion/index.js';

/** One limit and how much of it is in use, both in its own unit. */
export interface LimitInUse {
  readonly limit: 'queue_records' | 'queue_bytes' | 'disk' | 'request_bodies';
  readonly max: number;
  readonly used: number;
}

/**
 * Every limit that refuses new records. Pure.
 * @param bodies bytes of request bodies in memory.
 */
export function limitsInUse(
  limits: BridgeConfig['limits'],
  { rows, openBytes }: OutboxStats,
  disk: StorageHealth['disk'],
  bodies: { readonly limit: number; readonly used: number } | null,
): readonly LimitInUse[] {
  const { queueMaxRows, queueMaxBytes, minFreeDisk } = limits;
  const found: LimitInUse[] = [
    { limit: 'queue_records', max: queueMaxRows, used: rows.pending + rows.failed },
    { limit: 'queue_bytes', max: queueMaxBytes, used: openBytes },
  ];
  if (disk !== null) {
    const max = disk.totalBytes - minFreeBytes(disk.totalBytes, minFreeDisk);
    found.push({ limit: 'disk', max, used: disk.totalBytes - disk.freeBytes });
  }
  if (bodies !== null)
    found.push({ limit: 'request_bodies', max: bodies.limit, used: bodies.used });
  return found;
}
