import { OutboxError } from '@bridge/outbox';
import { ConfigurationError } from './config/configuration.error.js';

/** The process's exit codes, as in sysexits.h; docs/operations.md tells what to do at each. */
export const EXIT = {
  /** The port cannot be opened. */
  unavailable: 69,
  /** A defect, or a database that failed for good while running. */
  software: 70,
  /** Another process owns the database. */
  locked: 73,
  /** The database is damaged, full or cannot be read. */
  storage: 74,
  /** The configuration cannot be used, or the database is where it cannot keep its promise. */
  config: 78,
} as const;

/** Which code a failed start ends with. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigurationError) return EXIT.config;
  if (error instanceof OutboxError) {
    if (error.code === 'storage_locked') return EXIT.locked;
    const isUnfit = ['storage_unsafe', 'storage_newer', 'values_key_missing'].includes(error.code);
    return isUnfit ? EXIT.config : EXIT.storage;
  }
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const port = code === 'EADDRINUSE' || code === 'EACCES' || code === 'EADDRNOTAVAIL';
  return port ? EXIT.unavailable : EXIT.software;
}
