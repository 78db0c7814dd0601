import { isLoopback } from './loopback.js';

/*
 * What the query of a postgres:// URL makes of TLS. Its meaning is that of pg 8 with its own parser, which is not libpq's:
 * test/outbox/postgres-tls.test.ts holds each mode against a real server, docs/configuration.md tells it.
 */

/** Whether the driver connects only to a server whose certificate it has verified, or without TLS at all. */
export function verifiesServer(url: string): boolean {
  const query = queryOf(url);
  return query.get('sslmode') !== 'no-verify' && !query.has('uselibpqcompat');
}

/** Whether records and statements leave this machine unencrypted. False for what is no URL: the driver says so. */
export function goesOutInClear(url: string): boolean {
  const query = queryOf(url);
  const host = query.get('host') ?? hostOf(url);
  // A path is a socket of this machine.
  if (host === '' || host.startsWith('/') || isLoopback(host)) return false;
  const mode = query.get('sslmode');
  if (mode !== null) return mode === 'disable';
  const asksForTls = ['ssl', 'sslcert', 'sslkey', 'sslrootcert', 'sslnegotiation'];
  return query.get('ssl') === '0' || !asksForTls.some((name) => query.has(name));
}

function queryOf(url: string): URLSearchParams {
  return URL.canParse(url) ? new URL(url).searchParams : new URLSearchParams();
}

function hostOf(url: string): string {
  return URL.canParse(url) ? decodeURIComponent(new URL(url).hostname) : '';
}
