import {
  OutboxError,
  type Acceptance,
  type Identified,
  type IdRange,
  type NewRecord,
  type OutboxRecord,
} from '@bridge/outbox';
import type { SimulatedProcess } from '../world/process.js';
import { EPOCH, type Scheduler } from '../world/scheduler.js';
import type { MemoryNews, NewsBus } from './memory-news.js';
import type { MemoryTables } from './memory-tables.js';

/** How the database behaves. */
export interface StorageWeather {
  /** The longest commit in milliseconds. */
  readonly commitMs: number;
  /** Share of the commits whose answer is lost with the connection; by chance they took effect or not. */
  readonly lost: number;
}

type Effect = () => void;
type Run = (now: number, after: (effect: Effect) => void) => unknown;

interface Waiting {
  readonly what: string;
  /** Asked after a lost answer: tells who must hear of it whether the change took effect after all. */
  readonly lookAgain: () => Effect | null;
  readonly isAccept: boolean;
  readonly run: Run;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A group on its way to the disk. */
interface Flight {
  readonly name: string;
  readonly group: readonly Waiting[];
  /** Whether it has been decided what of it is on the disk. */
  isOver: boolean;
}

/** One process's way to the tables: its reads, and whether it may still write. */
export class StoreSite {
  /** How several processes share the tables; null: one has them alone. */
  bus: NewsBus | null = null;
  /** Another process has taken the database over: nothing of this one is written any more. */
  lockedOut = false;

  constructor(
    readonly tables: MemoryTables,
    readonly process: SimulatedProcess,
    readonly scheduler: Scheduler,
    readonly weather: () => StorageWeather,
    readonly seen: (what: string) => void,
  ) {}

  /** One statement that is committed by itself, on a connection of its own. */
  change<T>(what: string, run: (now: number) => T): Promise<T> {
    const { random } = this.scheduler;
    const name = `${this.process.name} db ${what}`;
    const isLost = random.chance(this.weather().lost);
    const tookEffect = !isLost || random.chance(0.5);
    return new Promise((resolve, reject) => {
      this.scheduler.after(random.span(0.1, this.weather().commitMs), name, () => {
        const done = tookEffect ? { value: run(EPOCH + Math.floor(this.scheduler.now)) } : null;
        this.scheduler.after(random.span(0, 1), `${name} is told`, () => {
          this.process.deliver(name, () => {
            if (isLost || done === null) reject(unavailable());
            else resolve(done.value);
          });
        });
      });
    });
  }

  /** Reads committed rows, as they stand at some moment between the question and the answer. */
  read<T>(what: string, ask: () => T): Promise<T> {
    const { random } = this.scheduler;
    const name = `${this.process.name} db ${what}`;
    const lost = random.chance(this.weather().lost);
    const early = random.chance(0.5) ? { answer: ask() } : null;
    return new Promise((resolve, reject) => {
      this.scheduler.after(random.span(0.05, 1.5), name, () => {
        this.process.deliver(name, () => {
          if (lost) reject(unavailable());
          else resolve(early === null ? ask() : early.answer);
        });
      });
    });
  }
}

/** The one writer: what waits at the same moment is committed together, or not at all. */
export class MemoryWriter {
  readonly added: ((records: readonly OutboxRecord[]) => void)[] = [];
  readonly replayed: ((records: readonly OutboxRecord[]) => void)[] = [];
  readonly discarded: ((records: readonly Identified[]) => void)[] = [];
  /** What other processes have done. */
  readonly acceptedElsewhere: ((ids: IdRange | null) => void)[] = [];
  readonly settledElsewhere: ((ids: IdRange | null) => void)[] = [];
  private news = nothing();
  highestId: number;
  private waiting: Waiting[] = [];
  private inFlight: Flight | null = null;
  private stale = false;
  /** Of changes whose answer was lost. */
  private doubts: (() => Effect | null)[] = [];
  private closing: (() => void) | null = null;

  constructor(private readonly site: StoreSite) {
    this.highestId = site.tables.lastId;
  }

  /** From now on other processes write, too. */
  share(bus: NewsBus): void {
    const { site } = this;
    site.bus = bus;
    bus.listen({
      site,
      heard: (news) => this.hear(news),
      missed: () => {
        this.tellMissed();
        for (const listener of this.settledElsewhere) listener(null);
      },
    });
  }

  noteReplayed(ids: readonly number[]): void {
    this.news.replayed.push(...ids);
  }

  noteDiscarded(ids: readonly number[]): void {
    this.news.discarded.push(...ids);
  }

  accept(records: readonly NewRecord[]): Promise<readonly Acceptance[]> {
    const run: Run = (now, after) => {
      const acceptances = this.site.tables.accept(records, now);
      const fresh = acceptances.flatMap((one) => (one.outcome === 'accepted' ? [one.record] : []));
      if (fresh.length > 0) after(() => this.tellAdded(fresh));
      return acceptances;
    };
    const ids = records.map(({ messageId }) => messageId).join('+');
    return this.push(`accept ${ids}`, run, true) as Promise<readonly Acceptance[]>;
  }

  change<T>(
    what: string,
    run: (now: number, after: (effect: Effect) => void) => T,
    lookAgain: () => Effect | null = () => null,
  ): Promise<T> {
    return this.push(what, run, false, lookAgain) as Promise<T>;
  }

  /** Commits what waits; from then on everything is refused. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.closing = resolve;
      this.commitSoon();
    });
  }

  tellReplayed(records: readonly OutboxRecord[]): void {
    for (const listener of this.replayed) listener(records);
  }

  tellDiscarded(states: readonly Identified[]): void {
    for (const listener of this.discarded) listener(states);
  }

  /** The process is gone: what was on its way to the disk is there, or not; nobody is told. */
  die(): void {
    const { inFlight } = this;
    this.waiting = [];
    if (inFlight === null || inFlight.isOver) return;
    this.inFlight = null;
    if (this.site.lockedOut) return;
    if (this.site.scheduler.random.chance(0.5)) this.apply(inFlight.group);
  }

  private push(
    what: string,
    run: Run,
    isAccept: boolean,
    lookAgain: () => Effect | null = () => null,
  ): Promise<unknown> {
    if (this.closing !== null) return Promise.reject(unavailable());
    return new Promise((resolve, reject) => {
      this.waiting.push({ what, isAccept, run, resolve, reject, lookAgain });
      this.commitSoon();
    });
  }

  private commitSoon(): void {
    if (this.inFlight !== null) return;
    if (this.waiting.length === 0) return this.closing?.();
    const { scheduler, process, weather } = this.site;
    // Accepts come first in a group, as in the real one.
    const group = this.waiting.toSorted((a, b) => Number(b.isAccept) - Number(a.isAccept));
    this.waiting = [];
    const name = `${process.name} commit ${group.map(({ what }) => what).join()}`;
    const flight = { name, group, isOver: false };
    this.inFlight = flight;
    scheduler.after(scheduler.random.span(0.2, weather().commitMs), name, () => {
      if (this.inFlight === flight) this.commit(flight);
    });
  }

  /** From here on readers see it; whoever waits for it is told a moment later. */
  private commit(flight: Flight): void {
    const { site } = this;
    const { random } = site.scheduler;
    const isLost = site.lockedOut || random.chance(site.weather().lost);
    const tookEffect = !isLost || (!site.lockedOut && random.chance(0.5));
    if (isLost && tookEffect) site.seen('a database commit took effect and its answer was lost');
    const missed = this.stale && !isLost ? this.missed() : [];
    const told = tookEffect ? this.apply(flight.group) : null;
    flight.isOver = true;
    site.scheduler.after(random.span(0, 1), `${flight.name} is told`, () => {
      site.process.deliver(flight.name, () => {
        if (this.inFlight !== flight) return;
        this.inFlight = null;
        if (isLost || told === null) this.loseAnswers(flight.group);
        else this.answer(missed, told);
        this.commitSoon();
      });
    });
  }

  private answer(missed: readonly Effect[], told: { effects: Effect[]; tell: Effect[] }): void {
    this.stale = false;
    for (const effect of [...missed, ...told.effects, ...told.tell]) effect();
  }

  private loseAnswers(group: readonly Waiting[]): void {
    this.stale = true;
    this.doubts.push(...group.map(({ lookAgain }) => lookAgain));
    const all = [...group, ...this.waiting];
    this.waiting = [];
    for (const { reject } of all) reject(unavailable());
  }

  /** What commits without an answer have done, told on the next connection. */
  private missed(): Effect[] {
    const { tables, bus } = this.site;
    if (bus !== null) return [() => this.tellMissed(), ...this.resolveDoubts()];
    const rows = tables.all().filter(({ id, status }) => {
      return id > this.highestId && status === 'pending';
    });
    const records = tables.load(rows.map(({ id }) => id));
    const found = this.resolveDoubts();
    return records.length === 0 ? found : [() => this.tellAdded(records), ...found];
  }

  private resolveDoubts(): Effect[] {
    const found = this.doubts.flatMap((lookAgain) => lookAgain() ?? []);
    this.doubts = [];
    return found;
  }

  private tellMissed(): void {
    for (const listener of this.acceptedElsewhere) listener(null);
  }

  private hear({ accepted, settled, replayed, discarded }: MemoryNews): void {
    const { tables } = this.site;
    if (accepted !== null) for (const listener of this.acceptedElsewhere) listener(accepted);
    if (settled) for (const listener of this.settledElsewhere) listener(null);
    const found = tables.load(replayed);
    const gone = replayed.filter((id) => !found.some((row) => row.id === id));
    if (found.length > 0) this.tellReplayed(found);
    const ids = [...discarded, ...gone];
    if (ids.length > 0) this.tellDiscarded(ids.map((id) => ({ id })));
  }

  private apply(group: readonly Waiting[]): { effects: Effect[]; tell: Effect[] } {
    const { tables, bus, scheduler } = this.site;
    const now = EPOCH + Math.floor(scheduler.now);
    const before = tables.lastId;
    this.news = nothing();
    const effects: Effect[] = [];
    const tell = group.map(({ run, resolve, reject }) => {
      const own: Effect[] = [];
      try {
        const value = run(now, (effect) => own.push(effect));
        effects.push(...own);
        return () => resolve(value);
      } catch (error) {
        return () => reject(error);
      }
    });
    const accepted: IdRange | null = tables.lastId > before ? [before + 1, tables.lastId] : null;
    const settled = group.some(({ isAccept }) => !isAccept);
    bus?.tell(this.site, { ...this.news, accepted, settled });
    return { effects, tell };
  }

  private tellAdded(records: readonly OutboxRecord[]): void {
    this.highestId = Math.max(this.highestId, records.at(-1)?.id ?? 0);
    for (const listener of this.added) listener(records);
  }
}

function nothing(): { readonly replayed: number[]; readonly discarded: number[] } {
  return { replayed: [], discarded: [] };
}

function unavailable(): OutboxError {
  return new OutboxError('storage_unavailable', 'The database of the outbox failed.');
}
