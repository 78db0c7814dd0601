import { setTimeout as delay } from 'node:timers/promises';
import type { AlertRule } from '../prometheus.js';
import type { AlertWatch } from './alert-watch.js';
import { cureBy, lookBy } from './commands.js';
import type { Act, Fault } from './fault.js';
import { windowOf } from './pace.js';
import type { Row } from './report.js';
import { runbookSection, type RunbookSection } from './runbook.js';
import { drained, putRight, type Setup } from './setup.js';
import { clearsWithin, firesWithin, judge, type RuleTimes } from './verdict.js';

const QUIET_WITHIN_SECONDS = 120;
const POLL_MS = 250;

export interface DrillOptions {
  readonly setup: Setup;
  readonly watch: AlertWatch;
  readonly rules: readonly AlertRule[];
  /** The text of docs/runbook.md. */
  readonly runbook: string;
  /** Told each step, one line. */
  readonly say: (line: string) => void;
}

interface Cure {
  /** What was done, for the table. */
  readonly steps: readonly string[];
  /** Why it could not be gone on with; null when all of it was done. */
  readonly fault: string | null;
}

/** What has happened up to the cure. */
interface Played extends Cure {
  readonly fires: number;
  readonly firedAfter: number | null;
  readonly lookFault: string | null;
  readonly others: readonly string[];
  readonly expected: readonly string[];
}

/** Plays one fault after the other. */
export class Drill {
  /** Alerts that may fire because of faults before, which look back over a time and have not cleared yet. */
  private readonly lingering = new Set<string>();

  constructor(private readonly options: DrillOptions) {}

  /**
   * Injects the fault, waits for its alert, and cures it as the runbook says. The row of an alert that looks back over a
   * time takes that time to be known: the next fault may begin meanwhile.
   */
  async play(fault: Fault): Promise<{ readonly row: Promise<Row> }> {
    const { setup, runbook } = this.options;
    const section = runbookSection(runbook, fault.alert);
    const times = this.timesOf(fault.alert);
    await this.quiet(fault.alert);
    const played = await this.untilCured(fault, section, times);
    if (times.window > 0 && played.firedAfter !== null && played.fault === null) {
      const names = [fault.alert, ...section.others];
      for (const name of names) this.lingering.add(name);
      const row = this.cleared(fault, times, played);
      return { row: row.finally(() => names.forEach((name) => this.lingering.delete(name))) };
    }
    const row = await this.cleared(fault, times, played);
    if (!row.verdict.well) await putRight(setup);
    return { row: Promise.resolve(row) };
  }

  private async untilCured(
    fault: Fault,
    section: RunbookSection,
    times: RuleTimes,
  ): Promise<Played> {
    const { setup, watch, say } = this.options;
    const expected = [...section.others, ...this.lingering];
    const fires = firesWithin(times, fault.sees);
    const began = Date.now();
    say(fault.name);
    const unmade = await fault.inject(setup).then(() => null, reason);
    if (unmade !== null) {
      const why = `the fault could not be made: ${unmade}`;
      const nothing = { steps: [], firedAfter: null, lookFault: null, others: [] };
      return { ...nothing, fault: why, fires, expected };
    }
    say(`  ${fault.alert} must fire within ${Math.round(fires)} s`);
    const firedAfter = await watch.secondsUntil(fault.alert, true, fires);
    say(firedAfter === null ? '  it did not' : `  it fires after ${Math.round(firedAfter)} s`);
    const lookFault = firedAfter === null ? null : await this.look(fault, section);
    const cure = await this.cure(fault, section);
    return { ...cure, fires, firedAfter, lookFault, expected, others: this.others(fault, began) };
  }

  /** Waits until the alert does not fire any more, and judges. */
  private async cleared(fault: Fault, times: RuleTimes, played: Played): Promise<Row> {
    const { say } = this.options;
    const { firedAfter, lookFault, fires, steps, expected } = played;
    const cured = Date.now();
    const clears = clearsWithin(times);
    say(`  ${fault.alert} must clear within ${Math.round(clears)} s`);
    const clearedAfter = await this.secondsUntilClear(fault.alert, clears);
    // What fires while a later fault is played is that one's.
    const late = times.window > 0 ? [] : this.others(fault, cured);
    const others = [...new Set([...played.others, ...late])];
    const seen = { firedAfter, clearedAfter, cureFault: played.fault, lookFault, others };
    const verdict = judge(seen, expected);
    const after = clearedAfter === null ? '' : ` (cleared after ${Math.round(clearedAfter)} s)`;
    say(`  ${fault.alert}: ${verdict.words}${after}`);
    return {
      fault: fault.name,
      alert: fault.alert,
      firedAfter,
      fires,
      steps,
      clearedAfter,
      verdict,
    };
  }

  /**
   * An alert also ends when nobody answers Prometheus any more: it counts as cleared when the bridge was scraped and the
   * rules were evaluated since the cure.
   */
  private async secondsUntilClear(alert: string, within: number): Promise<number | null> {
    const { setup, watch } = this.options;
    const { prometheus, intervals } = setup;
    const cured = Date.now();
    const evaluated = cured / 1_000 + intervals.evaluation;
    const clear = async (): Promise<boolean> => {
      // A question that fails is asked again.
      const answer = await prometheus.query('timestamp(up{job="ponte"} == 1)').catch(() => []);
      const [scraped] = answer;
      return Number(scraped?.value[1]) >= evaluated && !watch.isFiring(alert);
    };
    while (!(await clear())) {
      if (Date.now() - cured > within * 1_000) return null;
      await delay(POLL_MS);
    }
    return (Date.now() - cured) / 1_000;
  }

  /** Does what a person on call would look at first show the cause? */
  private async look({ shows }: Fault, { look }: RunbookSection): Promise<string | null> {
    const { setup } = this.options;
    for (const command of look) if (shows.test(await lookBy(setup, command))) return null;
    return '"What to look at" does not show the cause';
  }

  private async cure({ before, behind, cured }: Fault, section: RunbookSection): Promise<Cure> {
    const { setup, say } = this.options;
    const { commands, whatToDo } = section;
    const steps: string[] = [];
    const byHand = async (act: Act): Promise<string | null> => {
      if (!whatToDo.toLowerCase().includes(act.words.toLowerCase()))
        return `the runbook does not say: ${act.words}`;
      await act.perform(setup);
      return null;
    };
    const todo = [
      ...(before === undefined ? [] : [{ words: before.words, run: () => byHand(before) }]),
      ...commands.map((line) => ({ words: `\`${line}\``, run: () => cureBy(setup, line) })),
      ...(behind === undefined ? [] : [{ words: behind.words, run: () => byHand(behind) }]),
    ];
    for (const { words, run } of todo) {
      say(`  cure: ${words}`);
      const fault = await run().catch(reason);
      if (fault !== null) return { steps, fault };
      steps.push(words);
    }
    if (steps.length === 0) return { steps, fault: 'the runbook names nothing to be done' };
    return { steps, fault: (await cured?.(setup)) ?? null };
  }

  /** Nothing waits from the fault before, and the alert is not firing yet. */
  private async quiet(alert: string): Promise<void> {
    const { setup, watch } = this.options;
    await drained(setup);
    const silent = await watch.secondsUntil(alert, false, QUIET_WITHIN_SECONDS);
    if (silent === null) throw new Error(`${alert} fires before its fault was injected.`);
  }

  private others(fault: Fault, since: number): readonly string[] {
    return this.options.watch.begunSince(since).filter((name) => name !== fault.alert);
  }

  private timesOf(alert: string): RuleTimes {
    const rule = this.options.rules.find(({ name }) => name === alert);
    if (rule === undefined) throw new Error(`Prometheus has no rule ${alert}.`);
    const { scrape, evaluation } = this.options.setup.intervals;
    return { holds: rule.duration, window: windowOf(rule.query), scrape, evaluation };
  }
}

/** An error in one line. */
function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n').join(' ').trim();
}
