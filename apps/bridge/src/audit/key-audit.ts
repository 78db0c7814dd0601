import { Logger } from '@nestjs/common';
import type { OutboxStore } from '@bridge/outbox';
import type { Door, Identity } from '../access/index.js';
import { keyChanges } from './key-changes.js';

const AGAIN_MS = 10_000;

/**
 * Writes down what changes in the file of the keys, when it is read: also what was changed while no bridge ran. The
 * command that changes them must work where no database can be reached.
 */
export function auditKeys(door: Door, store: OutboxStore): void {
  const logger = new Logger('KeyAudit');
  let last: readonly Identity[] = [];
  let failed = false;
  const note = async (entries: readonly Identity[]): Promise<void> => {
    try {
      await store.noteChanges('keys', (noted) => keyChanges(noted, entries));
      failed = false;
    } catch (error) {
      if (!failed) logger.error('A change of the keys is not in the audit yet', String(error));
      failed = true;
      setTimeout(() => void (entries === last && note(entries)), AGAIN_MS).unref();
    }
  };
  door.onRead((entries) => {
    last = entries;
    void note(entries);
  });
}
