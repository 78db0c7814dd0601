import { ConsoleLogger, Logger } from '@nestjs/common';
import { Alerter } from './alerter.js';
import type { AlertFacts } from './alerts.js';
import { WebhookError } from './webhook.js';

const LIMITS = { backlogAgeMs: 300_000, minFreeBytes: 10 };
const WELL: AlertFacts = {
  deadLetters: 0,
  stoppedBy: null,
  oldestMs: 0,
  waiting: 0,
  waitsFor: null,
  freeBytes: 1_000,
};

class Told extends ConsoleLogger {
  readonly errors: unknown[][] = [];

  override log(): void {
    // That people were told is told elsewhere in these tests.
  }

  override error(...line: unknown[]): void {
    this.errors.push(line.slice(0, 2));
  }
}

describe('Alerter', () => {
  let texts: string[];
  let failure: Error | null;
  let alerter: Alerter;
  let logger: Told;

  beforeEach(() => {
    Logger.overrideLogger((logger = new Told()));
    texts = [];
    failure = null;
    const post = (text: string): Promise<void> => {
      if (failure !== null) return Promise.reject(failure);
      texts.push(text);
      return Promise.resolve();
    };
    alerter = new Alerter({ post }, new AbortController().signal, 'erp-1');
  });
  afterAll(() => Logger.overrideLogger(false));

  const look = (facts: Partial<AlertFacts>, now: number) =>
    alerter.look({ ...WELL, ...facts }, LIMITS, now);

  it('tells once when something begins, and once when it ends', async () => {
    for (const [at, deadLetters] of [0, 1, 2, 1, 0, 0, 1].entries()) {
      await look({ deadLetters }, at * 15_000);
    }
    expect(texts).toEqual([
      'Ponte on erp-1: 1 dead letters wait to be replayed or discarded.',
      'Ponte on erp-1: resolved: no dead letter is left.',
      'Ponte on erp-1: 1 dead letters wait to be replayed or discarded.',
    ]);
  });

  it('tells what could not be told when it can, asks ever more rarely, and logs it once', async () => {
    failure = new WebhookError('it answers 500', true);
    await look({ stoppedBy: 'LEDGER_AHEAD' }, 0);
    failure = null;
    await look({ stoppedBy: 'LEDGER_AHEAD' }, 29_999);
    expect(texts).toEqual([]);
    failure = new WebhookError('it answers 500', true);
    await look({ stoppedBy: 'LEDGER_AHEAD' }, 30_000);
    failure = null;
    await look({ stoppedBy: 'LEDGER_AHEAD' }, 89_999);
    expect(texts).toEqual([]);
    await look({ stoppedBy: 'LEDGER_AHEAD' }, 90_000);
    expect(texts).toEqual([expect.stringContaining('LEDGER_AHEAD')]);
    expect(logger.errors).toEqual([
      ['ALERT_WEBHOOK_URL: it answers 500', { alert: 'delivery_stopped' }],
    ]);
  });

  it('says nothing of what was over before it could be told', async () => {
    failure = new WebhookError('ECONNREFUSED', true);
    await look({ deadLetters: 1 }, 0);
    failure = null;
    await look({}, 600_000);
    expect(texts).toEqual([]);
  });
});
