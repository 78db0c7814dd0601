export { AlertingModule, AlertWatch } from './alerting.module.js';
export { Webhook, WebhookError } from './webhook.js';
export type { Messenger } from './alerter.js';
