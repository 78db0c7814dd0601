import { ErrorObject } from './classes/error-object.js';
import { tableOf, type TableDefinition } from './database/definition.js';
import { Table } from './database/table.js';
import { library, type LibraryFunction } from './library/index.js';
import { Parameters } from './parameters.js';
import { Killed, type RunTimeError } from './run/faults.js';
import { Program, type Source } from './run/program.js';
import { AdvplDate, type AdvplObject, type Value } from './run/values.js';
import { Semaphores } from './semaphores.js';
import { ErpThread, type Environment } from './thread.js';

/** Which methods FWRest has; the values are TOTVS's releases of the library. */
export type RestRelease = '12.1.23' | '12.1.2310' | 'newest';

/** Places where a test may wait, look, or kill the thread. */
export interface Hooks {
  beforeCall?: (thread: ErpThread, name: string) => Promise<void> | undefined;
  /** The answer has come, and the sources have not seen it. */
  afterAnswer?: (thread: ErpThread, url: string, status: number) => Promise<void> | undefined;
  /** All has been written, and the transaction is not over. */
  beforeCommit?: (thread: ErpThread) => Promise<void> | undefined;
}

export interface ErpOptions {
  readonly sources: readonly Source[];
  readonly tables?: readonly TableDefinition[];
  readonly environment?: Partial<Environment>;
  readonly release?: RestRelease;
  readonly clock?: () => Date;
  /** How long RecLock of a thread without a user waits, before it ends the thread. */
  readonly lockWaitMs?: number;
}

const SX6 = tableOf('SX6', 'X6_FIL C2, X6_VAR C10, X6_CONTEUD C250', ['X6_FIL+X6_VAR'], 'C');

/** An ERP with an application server and a database, as far as our sources see it. */
export class FakeErp {
  readonly program: Program;
  readonly library = new Map<string, LibraryFunction>(library);
  readonly tables = new Map<string, Table>();
  readonly parameters = new Parameters();
  readonly semaphores = new Semaphores();
  readonly hooks: Hooks = {};
  /** What FWLogMsg and ConOut said. */
  readonly log: string[] = [];
  /** What was shown to users. */
  readonly shown: string[] = [];
  /** What users answer to a question. */
  saysYes = true;
  /** Errors that the sources' own error block has taken. */
  readonly faults: RunTimeError[] = [];
  /** Locks and semaphores that a function still had when it returned to nobody. */
  readonly leaks: string[] = [];
  /** How jobs ended that did not return. */
  readonly jobFailures: unknown[] = [];
  readonly release: RestRelease;
  readonly lockWaitMs: number;
  private readonly environment: Environment;
  private readonly clock: () => Date;
  private readonly jobs = new Set<Promise<Value>>();
  private threads = 0;

  constructor({ sources, tables = [], environment = {}, release, clock, lockWaitMs }: ErpOptions) {
    this.program = new Program(sources);
    for (const each of [SX6, ...tables]) this.tables.set(each.alias, new Table(each));
    this.environment = { company: '99', branch: '01', user: 'Maria', ...environment };
    this.release = release ?? '12.1.2310';
    this.clock = clock ?? (() => new Date());
    this.lockWaitMs = lockWaitMs ?? 10_000;
  }

  table(alias: string): Table {
    const table = this.tables.get(alias);
    if (table === undefined) throw new Error(`A test has no table ${alias}`);
    return table;
  }

  /** Somebody who has come in, with the routine's tables open. */
  user(tables: readonly string[] = [], environment: Partial<Environment> = {}): ErpThread {
    const thread = new ErpThread(this, `user ${(this.threads += 1)}`, true);
    thread.enter({ ...this.environment, ...environment });
    for (const alias of tables) thread.areas.openAndSelect(alias);
    return thread;
  }

  /** A thread without a user and without an environment, as StartJob makes it. */
  bareThread(): ErpThread {
    return new ErpThread(this, `job ${(this.threads += 1)}`, false);
  }

  /** Runs a job to its end; its failure is kept in `jobFailures`. */
  startJob(name: string, args: readonly Value[]): Promise<Value> {
    const job = this.jobRun(name, args);
    this.jobs.add(job);
    void job.finally(() => this.jobs.delete(job));
    return job;
  }

  /** When no job runs any more. */
  async idle(): Promise<void> {
    while (this.jobs.size > 0) await Promise.all(this.jobs);
  }

  now(): Date {
    return this.clock();
  }

  /** In the zone of the server, which is -03:00. */
  localTime(): string {
    return new Date(this.now().getTime() - 3 * 3_600_000).toISOString().slice(0, 19);
  }

  today(): AdvplDate {
    return new AdvplDate(this.localTime().slice(0, 10).replaceAll('-', ''));
  }

  errorObject(error: RunTimeError): AdvplObject {
    return new ErrorObject(error);
  }

  private async jobRun(name: string, args: readonly Value[]): Promise<Value> {
    const thread = this.bareThread();
    try {
      const value = await thread.run(name, ...args);
      thread.close();
      return value;
    } catch (error) {
      if (!(error instanceof Killed)) this.jobFailures.push(error);
      return null;
    }
  }
}
