import { setTimeout as delay } from 'node:timers/promises';
import type { ActiveAlert, PrometheusProcess } from '../prometheus.js';

const LOOK_MS = 250;

/** Looks at Prometheus' alerts again and again, and remembers when each has begun to fire. */
export class AlertWatch {
  private firing: ReadonlySet<string> = new Set();
  private readonly begun: { readonly alert: string; readonly at: number }[] = [];
  private ended = false;
  private readonly looking: Promise<void>;

  constructor(private readonly prometheus: Pick<PrometheusProcess, 'alerts'>) {
    this.looking = this.look();
  }

  isFiring(alert: string): boolean {
    return this.firing.has(alert);
  }

  /** The alerts that have begun to fire since then (epoch milliseconds), each once. */
  begunSince(time: number): readonly string[] {
    return [...new Set(this.begun.filter(({ at }) => at >= time).map(({ alert }) => alert))];
  }

  /** Seconds until the alert fires, or does not fire any more. Null: not within so many seconds. */
  async secondsUntil(alert: string, firing: boolean, within: number): Promise<number | null> {
    const began = Date.now();
    const seconds = (): number => (Date.now() - began) / 1_000;
    while (this.isFiring(alert) !== firing) {
      if (seconds() > within) return null;
      await delay(LOOK_MS);
    }
    return seconds();
  }

  async stop(): Promise<void> {
    this.ended = true;
    await this.looking;
  }

  private async look(): Promise<void> {
    while (!this.ended) {
      // Prometheus may be busy for a moment; what it said last stands.
      const alerts = await this.prometheus.alerts().catch(() => null);
      if (alerts !== null) this.note(new Set(alerts.filter(isFiring).map(nameOf)));
      await delay(LOOK_MS);
    }
  }

  private note(firing: ReadonlySet<string>): void {
    const at = Date.now();
    for (const alert of firing) if (!this.firing.has(alert)) this.begun.push({ alert, at });
    this.firing = firing;
  }
}

function isFiring({ state }: ActiveAlert): boolean {
  return state === 'firing';
}

function nameOf({ labels }: ActiveAlert): string {
  return labels['alertname'] ?? '';
}
