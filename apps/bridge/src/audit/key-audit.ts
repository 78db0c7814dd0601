import { Logger } from '@nestjs/common';
import type { OutboxStore } from '@bridge/outbox';
import { NOBODY, type Door, type Identities } from '../access/index.js';
import { keyChanges } from './key-changes.js';
import { tenantChanges } from './tenant-changes.js';

const AGAIN_MS = 10_000;

/**
 * Writes down what changes in the file of the keys and tenants, when it is read: also what was changed while no bridge ran. The
 * command that changes them must work where no database can be reached.
 */
export function auditKeys(door: Door, store: OutboxStore): void {
  const logger = new Logger('KeyAudit');
  let last: Identities = NOBODY;
  let failed = false;
  const note = async (read: Identities): Promise<void> => {
    try {
      // A key may be of a tenant, so that stands before it.
      await store.noteChanges('tenants', (noted) => tenantChanges(noted, read.tenants));
      await store.noteChanges('keys', (noted) => keyChanges(noted, read.entries));
      failed = false;
    } catch (error) {
      if (!failed)
        logger.error('A change of the keys or tenants is not in the audit yet', String(error));
      failed = true;
      setTimeout(() => void (read === last && note(read)), AGAIN_MS).unref();
    }
  };
  door.onRead((read) => {
    last = read;
    void note(read);
  });
}
