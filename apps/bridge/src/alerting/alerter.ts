import { hostname } from 'node:os';
import { Logger } from '@nestjs/common';
import {
  ALERTS,
  alertsOf,
  endOf,
  type AlertFacts,
  type AlertLimits,
  type AlertName,
} from './alerts.js';
import { WebhookError } from './webhook.js';

/** Who takes messages to people. */
export interface Messenger {
  /** @throws WebhookError */
  post(text: string, stop?: AbortSignal): Promise<void>;
}

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 600_000;

/** One message when something begins, one when it ends. What could not be told is told when the messenger is back, if it still is so. */
export class Alerter {
  private readonly logger = new Logger('Alerts');
  private readonly told = new Set<AlertName>();
  private failures = 0;
  private quietUntil = 0;

  /** @param stop ends the wait between two tries. */
  constructor(
    private readonly messenger: Messenger,
    private readonly stop: AbortSignal,
    private readonly where = hostname(),
  ) {}

  /** @param now epoch milliseconds. Never rejects. */
  async look(facts: AlertFacts, limits: AlertLimits, now: number): Promise<void> {
    const found = alertsOf(facts, limits, this.told);
    for (const name of ALERTS) {
      const words = found.get(name);
      if ((words !== undefined) === this.told.has(name)) continue;
      if (now < this.quietUntil) return;
      const text = words ?? `resolved: ${endOf(name)}`;
      if (!(await this.tell(`Ponte on ${this.where}: ${text}.`, name, now))) return;
      if (words === undefined) this.told.delete(name);
      else this.told.add(name);
    }
  }

  private async tell(text: string, alert: AlertName, now: number): Promise<boolean> {
    try {
      await this.messenger.post(text, this.stop);
    } catch (error) {
      if (this.stop.aborted) return false;
      const cause = error instanceof WebhookError ? error.message : String(error);
      if (this.failures === 0) this.logger.error(`ALERT_WEBHOOK_URL: ${cause}`, { alert });
      this.quietUntil = now + Math.min(FIRST_PAUSE_MS * 2 ** this.failures++, LONGEST_PAUSE_MS);
      return false;
    }
    this.failures = 0;
    this.logger.log('People were told', { alert, text });
    return true;
  }
}
