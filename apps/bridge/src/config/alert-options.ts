import type { BridgeConfig } from './bridge.config.js';
import { parseDuration } from './units.js';
import type { Variables } from './variables.js';

/** Where people are told of trouble, of variables that have passed their rules. */
export function alertsOf(v: Variables): BridgeConfig['alerts'] {
  const backlogAgeMs = parseDuration(v.ALERT_BACKLOG_AGE) ?? 0;
  const url = v.ALERT_WEBHOOK_URL;
  const mayBePrivate = v.ALERT_WEBHOOK_PRIVATE === 'true';
  return { webhook: url === '' ? null : { url, mayBePrivate }, backlogAgeMs };
}
