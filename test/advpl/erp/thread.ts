import { variableKey } from '../../../dev/advpl/language/index.js';
import { unlock } from './database/row-lock.js';
import type { Row } from './database/table.js';
import { ErpTransaction } from './database/transaction.js';
import type { AreaOwner, WorkArea } from './database/work-area.js';
import { WorkAreas } from './database/work-areas.js';
import type { FakeErp } from './erp.js';
import { Killed, RunTimeError, type Place } from './run/faults.js';
import { invoke, type Passed } from './run/invoke.js';
import type { Steps } from './run/steps.js';
import type { Closure, Value } from './run/values.js';
import { Variables } from './run/variables.js';

/** Where a thread works: company and branch, and who it is. */
export interface Environment {
  readonly company: string;
  readonly branch: string;
  readonly user: string;
}

/** So many turns of loops, and the other threads, sockets and clocks have their turn. */
const TURNS_BEFORE_A_BREATH = 500;

/** What a `Begin Sequence` goes back to. */
interface Snapshot {
  readonly depth: number;
  readonly privates: number;
  readonly transactions: number;
}

/** A thread of the application server: a user's, or a job's. */
export class ErpThread implements AreaOwner {
  readonly locks = new Set<Row>();
  readonly transaction = new ErpTransaction({
    flush: () => this.eachArea((area) => area.flush()),
    drop: () => this.eachArea((area) => area.drop()),
    released: () => this.releaseLocks(),
  });
  readonly areas: WorkAreas;
  readonly variables = new Variables();
  /** What the sources have set; null for the ERP's own, which ends the thread. */
  errorBlock: Closure | null = null;
  place: Place = { file: '', line: 0 };
  /** The sources' functions that are running, outermost first. */
  readonly stack: string[] = [];
  environment: Environment | null = null;
  private turns = 0;
  private killed = false;
  private readonly death: Promise<never>;
  private die: (reason: Killed) => void = () => {};

  constructor(
    readonly erp: FakeErp,
    readonly name: string,
    /** Whether somebody sits before it. */
    readonly ui: boolean,
  ) {
    this.areas = new WorkAreas(this, {
      tableOf: (alias) => (this.environment === null ? undefined : erp.tables.get(alias)),
    });
    this.death = new Promise((_, reject) => {
      this.die = reject;
    });
    // Whoever waits for it hears of it; nobody waits when nothing runs.
    this.death.catch(() => {});
  }

  /** Calls a function and gives its value. Throws what ends the thread; its transaction is rolled back then. */
  async run(name: string, ...args: readonly Value[]): Promise<Value> {
    try {
      const value = await this.drive(this.invoke('', name.toUpperCase(), args));
      this.noteLeaks(name);
      return value;
    } catch (error) {
      if (error instanceof RunTimeError) error.at(this.place);
      this.end();
      throw error;
    }
  }

  /** The call of a function, by its name in upper case, as a file sees it. */
  invoke(file: string, name: string, args: readonly Passed[]): Steps<Value> {
    return invoke(this, file, name, args);
  }

  /** As a crash of its process: nothing of it runs any more, its transaction is rolled back, its locks go. */
  kill(): void {
    this.killed = true;
    this.die(new Killed(`${this.name} was killed`));
    this.end();
  }

  checkAlive(): void {
    if (this.killed) throw new Killed(`${this.name} was killed`);
  }

  enter(environment: Environment): void {
    this.environment = environment;
    const { company, branch, user } = environment;
    const publics: Readonly<Record<string, Value>> = {
      cEmpAnt: company,
      cFilAnt: branch,
      cUserName: user,
      __cUserID: '000001',
      dDataBase: this.erp.today(),
      cModulo: 'FAT',
      nModulo: 5,
      INCLUI: false,
      ALTERA: false,
      lMsErroAuto: false,
    };
    for (const [key, value] of Object.entries(publics))
      this.variables.publics.set(variableKey(key), { value });
    this.areas.tryOpen('SX6');
  }

  leave(): void {
    this.eachArea((area) => this.areas.close(area.table.definition.alias));
    this.releaseLocks();
    this.variables.publics.clear();
    this.environment = null;
  }

  snapshot(): Snapshot {
    return {
      depth: this.stack.length,
      privates: this.variables.mark(),
      transactions: this.transaction.depth,
    };
  }

  restore({ depth, privates }: Snapshot): void {
    this.stack.length = depth;
    this.variables.release(privates);
  }

  /** Lets others have their turn, now and then. */
  *breathe(): Steps<void> {
    this.turns += 1;
    if (this.turns % TURNS_BEFORE_A_BREATH === 0)
      yield new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
  }

  private async drive<T>(steps: Steps<T>): Promise<T> {
    let step = steps.next();
    while (step.done !== true) {
      const answer = await this.settled(step.value);
      this.checkAlive();
      step = answer.failed ? steps.throw(answer.reason) : steps.next(answer.value);
    }
    return step.value;
  }

  private async settled(
    promise: Promise<unknown>,
  ): Promise<
    | { readonly failed: false; readonly value: unknown }
    | { readonly failed: true; readonly reason: unknown }
  > {
    try {
      return { failed: false, value: await Promise.race([promise, this.death]) };
    } catch (reason) {
      return { failed: true, reason };
    }
  }

  /** A thread that has returned: whatever it did not give back is taken from it. */
  close(): void {
    this.end();
  }

  private noteLeaks(name: string): void {
    for (const { recno } of this.locks)
      this.erp.leaks.push(`${name} keeps the lock of row ${recno}`);
    for (const each of this.erp.semaphores.of(this))
      this.erp.leaks.push(`${name} keeps the semaphore ${each}`);
  }

  private end(): void {
    if (this.transaction.open) this.transaction.rollBack();
    this.eachArea((area) => area.drop());
    this.releaseLocks();
    this.erp.semaphores.releaseAll(this);
    this.stack.length = 0;
    this.variables.release(0);
  }

  private releaseLocks(): void {
    for (const row of this.locks) unlock(row, this);
    this.eachArea((area) => area.refresh());
  }

  private eachArea(action: (area: WorkArea) => void): void {
    this.areas.each(action);
  }
}
