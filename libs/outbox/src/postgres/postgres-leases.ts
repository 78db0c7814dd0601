import type { Guard, Row, SqlRunner } from '../engine.js';
import { OutboxError } from '../outbox.error.js';
import { LOCK_SPACE, POOLED } from './outbox-lock.js';
import { LEASE_MS, Leases, type LeaseView, type SlotHolder, type Tenure } from '../leases.js';

const HEIR = ' heir';

/** So long after its last renewal an instance is gone if its session is: more than the time between two renewals. */
const SILENT_MS = 4_000;
/** After a start of the server every instance has to come back first. */
const SERVER_UP_MS = 5_000;

/**
 * Whether the holder of a slot is gone: its lease has ended, or its process has, and with it the lock that its session
 * held (`lease-connection.ts`). A frozen one holds its lock; one behind a pooler never has any.
 */
const GONE =
  `(expires_at <= now() OR (expires_at <= now() + interval '${LEASE_MS - SILENT_MS} milliseconds'` +
  ` AND strpos(instance, '${POOLED}') = 0` +
  ` AND pg_postmaster_start_time() <= now() - interval '${SERVER_UP_MS} milliseconds'` +
  " AND NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2" +
  ` AND classid = ${LOCK_SPACE} AND database =` +
  ' (SELECT oid FROM pg_database WHERE datname = current_database())' +
  " AND objid = ((hashtext(current_schema() || split_part(instance, ' ', 1)))::bigint & 4294967295)::oid)))";

/** Ends the same way for everybody, whatever their clocks say: the database's clock alone counts. */
const UNTIL = `now() + interval '${LEASE_MS} milliseconds'`;

/**
 * The leases in two small tables. Each change is one statement that says itself whether it may be made, so that
 * nothing hangs on what was read before.
 */
export class PostgresLeases extends Leases implements Guard {
  private readonly heir: string;
  private mine: Tenure | null = null;
  /** Slots that are settled here. One that was taken over without its answer is not among them, and ends by itself. */
  private readonly inherited = new Set<number>();

  /** @param instance the name of this process. */
  constructor(
    private readonly sql: SqlRunner,
    private readonly instance: string,
  ) {
    super();
    this.heir = instance + HEIR;
  }

  override get slot(): number | null {
    return this.mine?.slot ?? null;
  }

  override async renew(): Promise<void> {
    this.mine = (await this.prolong()) ?? (await this.takeSlot());
  }

  override async look(): Promise<LeaseView> {
    const slots = await this.sql.query(
      `SELECT slot, instance, epoch, ${GONE} AS gone FROM slot ORDER BY slot`,
    );
    const lanes = await this.sql.query('SELECT lane, slot FROM lane ORDER BY lane');
    const holders = slots.map((row) => this.holderOf(row));
    const { mine } = this;
    const isMine = mine !== null && holders[mine.slot] === 'me';
    return {
      mine: isMine && slots[mine.slot]?.['epoch'] === mine.epoch ? mine : null,
      holders,
      lanes: lanes.map((row) => row['slot'] as number | null),
    };
  }

  override async takeLanes(lanes: readonly number[]): Promise<readonly number[]> {
    const taken = await this.sql.query(
      `UPDATE lane SET slot = $1 WHERE lane ${AMONG_2} AND slot IS NULL AND ${HELD} RETURNING lane`,
      [this.mine?.slot ?? null, JSON.stringify(lanes), this.mine?.epoch ?? null],
    );
    return taken.map((row) => row['lane'] as number).toSorted((a, b) => a - b);
  }

  override async giveLanes(lanes: readonly number[]): Promise<void> {
    await this.sql.query(
      `UPDATE lane SET slot = NULL WHERE slot = $1 AND lane ${AMONG_2} AND ${HELD}`,
      [this.mine?.slot ?? null, JSON.stringify(lanes), this.mine?.epoch ?? null],
    );
  }

  override async takeOver(slot: number): Promise<Tenure | null> {
    const [taken] = await this.sql.query(
      `UPDATE slot SET instance = $1, epoch = epoch + 1, expires_at = ${UNTIL}` +
        ` WHERE slot = $2 AND (instance IS NULL OR ${GONE}) RETURNING slot, epoch`,
      [this.heir, slot],
    );
    if (taken === undefined) return null;
    this.inherited.add(slot);
    return tenureOf(taken);
  }

  override async dissolve(slot: number): Promise<void> {
    this.inherited.delete(slot);
    await this.end(slot, this.heir);
  }

  override async leave(): Promise<void> {
    if (this.mine === null) return;
    await this.end(this.mine.slot, this.instance);
    this.mine = null;
  }

  private async end(slot: number, holder: string): Promise<void> {
    await this.sql.query(
      'WITH ended AS (UPDATE slot SET instance = NULL, epoch = epoch + 1, expires_at = NULL' +
        ' WHERE slot = $1 AND instance = $2 RETURNING slot)' +
        ' UPDATE lane SET slot = NULL FROM ended WHERE lane.slot = ended.slot',
      [slot, holder],
    );
  }

  /**
   * Without a lock: an heir fences the pipelines after it has taken the slot, so a change that slips in before that is
   * settled by him, or ends at the fence.
   */
  async check(tx: SqlRunner, { slot, epoch }: Tenure): Promise<void> {
    const held = await tx.query('SELECT slot FROM slot WHERE slot = $1 AND epoch = $2', [
      slot,
      epoch,
    ]);
    if (held.length > 0) return;
    throw new OutboxError('lease_lost', `Slot ${slot} is another instance's by now.`);
  }

  /** All that it holds, also as an heir. @returns its own slot, also one that was taken without an answer. */
  private async prolong(): Promise<Tenure | null> {
    const prolonged = await this.sql.query(
      `UPDATE slot SET expires_at = ${UNTIL} WHERE instance = $1 OR (instance = $2 AND slot ${AMONG_3})` +
        ' RETURNING slot, epoch, instance',
      [this.instance, this.heir, JSON.stringify([...this.inherited])],
    );
    const own = prolonged.filter((row) => row['instance'] === this.instance).map(tenureOf);
    return own.find(({ slot }) => slot === this.mine?.slot) ?? own[0] ?? null;
  }

  /** The lowest slot that is nobody's; two that ask at once get different ones. */
  private async takeSlot(): Promise<Tenure | null> {
    const [taken] = await this.sql.query(
      `UPDATE slot SET instance = $1, epoch = epoch + 1, expires_at = ${UNTIL} WHERE slot =` +
        ' (SELECT slot FROM slot WHERE instance IS NULL ORDER BY slot LIMIT 1 FOR UPDATE SKIP LOCKED)' +
        ' RETURNING slot, epoch',
      [this.instance],
    );
    return taken === undefined ? null : tenureOf(taken);
  }

  private holderOf(row: Row): SlotHolder {
    const instance = row['instance'] as string | null;
    if (instance === null) return 'nobody';
    if (row['gone'] === true) return 'gone';
    if (instance.endsWith(HEIR)) return 'heir';
    return instance === this.instance ? 'me' : 'another';
  }
}

const AMONG_2 = '= ANY(ARRAY(SELECT e::smallint FROM json_array_elements_text($2::json) AS e))';
const AMONG_3 = '= ANY(ARRAY(SELECT e::smallint FROM json_array_elements_text($3::json) AS e))';
const HELD =
  'EXISTS (SELECT 1 FROM slot WHERE slot.slot = $1 AND slot.epoch = $3 AND slot.expires_at > now())';

function tenureOf(row: Row): Tenure {
  return { slot: row['slot'] as number, epoch: row['epoch'] as number };
}
