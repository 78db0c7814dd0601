import { Logger } from '@nestjs/common';
import type { Meters } from '@bridge/metrics';
import { exportRequest } from './otlp-json.js';
import type { Attributes, Span, SpanSink } from './span.js';

export interface ExporterOptions {
  /** Where `/v1/traces` is. */
  readonly endpoint: string;
  /** Such as the key of a collector. */
  readonly headers: Readonly<Record<string, string>>;
  readonly resource: Attributes;
}

export interface ExporterLimits {
  /** Spans that wait; more are dropped. */
  readonly queue: number;
  /** In one request. */
  readonly batch: number;
  /** Milliseconds after which a batch goes that is not full; doubled, up to a minute, while the collector does not take it. */
  readonly everyMs: number;
}

export const EXPORTER_LIMITS: ExporterLimits = { queue: 4_096, batch: 512, everyMs: 2_000 };

const ANSWER_WITHIN_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;
/** By the standard, the same may be sent again after these. */
const MAY_PASS: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Sends spans to a collector by OTLP/HTTP in JSON. Never in anybody's way: it holds a bounded number of them, drops and counts what is
 * more, and tells once that the collector does not take them.
 */
export class SpanExporter implements SpanSink {
  private readonly logger = new Logger('Tracing');
  private readonly queue: Span[] = [];
  private timer: NodeJS.Timeout | null = null;
  private sending: Promise<void> | null = null;
  private failures = 0;
  private untold = 0;

  constructor(
    private readonly options: ExporterOptions,
    private readonly meters: Meters,
    private readonly limits: ExporterLimits = EXPORTER_LIMITS,
  ) {}

  add(span: Span): void {
    if (this.queue.length >= this.limits.queue) {
      this.drop(1);
      return;
    }
    this.queue.push(span);
    this.plan();
  }

  /** Sends what there is, once. Never rejects. */
  async close(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    await this.sending;
    while (this.queue.length > 0 && this.failures === 0) await this.send();
  }

  private plan(): void {
    if (this.sending !== null) return;
    const isFull = this.queue.length >= this.limits.batch && this.failures === 0;
    if (this.timer !== null && !isFull) return;
    if (this.timer !== null) clearTimeout(this.timer);
    const pauseMs = Math.min(this.limits.everyMs * 2 ** this.failures, LONGEST_PAUSE_MS);
    this.timer = setTimeout(() => this.go(), isFull ? 0 : pauseMs);
    this.timer.unref();
  }

  private go(): void {
    this.timer = null;
    this.sending = this.send().finally(() => {
      this.sending = null;
      if (this.queue.length > 0) this.plan();
    });
  }

  private async send(): Promise<void> {
    const spans = this.queue.slice(0, this.limits.batch);
    const refused = await this.post(spans);
    if (refused === null) {
      this.queue.splice(0, spans.length);
      if (this.failures > 0) this.logger.log('The collector takes traces again', this.takeUntold());
      this.failures = 0;
      return;
    }
    if (!refused.mayPass) this.drop(this.queue.splice(0, spans.length).length);
    if (this.failures++ === 0) {
      this.logger.warn(`The collector takes no traces: ${refused.reason}`, this.takeUntold());
    }
  }

  /** @returns why the collector has not taken them; null: it has. */
  private async post(spans: readonly Span[]): Promise<Refused | null> {
    const { endpoint, headers, resource } = this.options;
    try {
      const { status, body } = await fetch(`${endpoint}/v1/traces`, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(exportRequest(resource, spans)),
      });
      await body?.cancel();
      if (status >= 200 && status < 300) return null;
      return { reason: `it answers ${status}`, mayPass: MAY_PASS.has(status) };
    } catch (error) {
      const { name, cause } = error as Error;
      const { code } = (cause ?? {}) as { readonly code?: unknown };
      return { reason: typeof code === 'string' ? code : name, mayPass: true };
    }
  }

  private drop(count: number): void {
    this.meters.spansDropped(count);
    this.untold += count;
  }

  private takeUntold(): { readonly dropped: number } {
    const dropped = this.untold;
    this.untold = 0;
    return { dropped };
  }
}

interface Refused {
  readonly reason: string;
  /** Whether the same may be taken later. */
  readonly mayPass: boolean;
}
