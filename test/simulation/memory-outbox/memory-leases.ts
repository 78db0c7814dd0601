import {
  LANES,
  LEASE_MS,
  Leases,
  SLOTS,
  type LeaseView,
  type SlotHolder,
  type Tenure,
} from '@bridge/outbox';
import { OutboxError } from '@bridge/outbox';
import type { StoreSite } from './memory-writer.js';

const HEIR = ' heir';

interface Slot {
  instance: string | null;
  epoch: number;
  expiresAt: number;
}

/** The tables `slot` and `lane`. */
export class LeaseTables {
  readonly slots: Slot[] = Array.from({ length: SLOTS }, () => ({
    instance: null,
    epoch: 0,
    expiresAt: 0,
  }));
  readonly lanes: (number | null)[] = Array.from({ length: LANES }, () => null);

  /** @throws OutboxError `lease_lost`. */
  check({ slot, epoch }: Tenure): void {
    if (this.slots[slot]?.epoch === epoch) return;
    throw new OutboxError('lease_lost', `Slot ${slot} is another instance's by now.`);
  }
}

/** As `PostgresLeases`, each statement at one moment of virtual time. */
export class MemoryLeases extends Leases {
  private mine: Tenure | null = null;
  private readonly inherited = new Set<number>();
  private readonly me: string;
  private readonly heir: string;

  constructor(
    private readonly tables: LeaseTables,
    private readonly site: StoreSite,
  ) {
    super();
    this.me = site.process.name;
    this.heir = `${this.me}${HEIR}`;
  }

  override get slot(): number | null {
    return this.mine?.slot ?? null;
  }

  override async renew(): Promise<void> {
    const held = await this.site.change('renew', (now) => this.prolong(now));
    this.mine = held ?? (await this.site.change('take slot', (now) => this.takeSlot(now)));
  }

  override look(): Promise<LeaseView> {
    return this.site.change('look at leases', (now) => {
      const { mine } = this;
      const isMine = mine !== null && this.isHeld(mine, now);
      return {
        mine: isMine ? mine : null,
        holders: this.tables.slots.map((slot) => this.holderOf(slot, now)),
        lanes: [...this.tables.lanes],
      };
    });
  }

  override takeLanes(lanes: readonly number[]): Promise<readonly number[]> {
    return this.site.change('take lanes', (now) => {
      const { mine } = this;
      if (mine === null || !this.isHeld(mine, now)) return [];
      const free = lanes.filter((lane) => this.tables.lanes[lane] === null);
      for (const lane of free) this.tables.lanes[lane] = mine.slot;
      return free;
    });
  }

  override giveLanes(lanes: readonly number[]): Promise<void> {
    this.site.seen('lanes were given away');
    return this.site.change('give lanes', (now) => {
      const { mine } = this;
      if (mine === null || !this.isHeld(mine, now)) return;
      for (const lane of lanes) {
        if (this.tables.lanes[lane] === mine.slot) this.tables.lanes[lane] = null;
      }
    });
  }

  override async takeOver(slot: number): Promise<Tenure | null> {
    const tenure = await this.site.change(`take over ${slot}`, (now) => {
      const found = this.tables.slots[slot];
      if (found === undefined) return null;
      if (found.instance !== null && found.expiresAt > now) return null;
      this.hand(found, this.heir, now);
      return { slot, epoch: found.epoch };
    });
    if (tenure !== null) {
      this.inherited.add(slot);
      this.site.seen('a slot was taken over');
    }
    return tenure;
  }

  override dissolve(slot: number): Promise<void> {
    this.inherited.delete(slot);
    return this.site.change(`dissolve ${slot}`, () => this.end(slot, this.heir));
  }

  override async leave(): Promise<void> {
    const { mine } = this;
    if (mine === null) return;
    await this.site.change('leave', () => this.end(mine.slot, this.me));
    this.mine = null;
  }

  private prolong(now: number): Tenure | null {
    const own: Tenure[] = [];
    for (const [number, slot] of this.tables.slots.entries()) {
      const isMine = slot.instance === this.me;
      if (!isMine && !(slot.instance === this.heir && this.inherited.has(number))) continue;
      slot.expiresAt = now + LEASE_MS;
      if (isMine) own.push({ slot: number, epoch: slot.epoch });
    }
    return own.find(({ slot }) => slot === this.mine?.slot) ?? own[0] ?? null;
  }

  private takeSlot(now: number): Tenure | null {
    const number = this.tables.slots.findIndex(({ instance }) => instance === null);
    const slot = this.tables.slots[number];
    if (slot === undefined) return null;
    this.hand(slot, this.me, now);
    return { slot: number, epoch: slot.epoch };
  }

  private hand(slot: Slot, instance: string, now: number): void {
    slot.instance = instance;
    slot.epoch++;
    slot.expiresAt = now + LEASE_MS;
  }

  private end(number: number, holder: string): void {
    const slot = this.tables.slots[number];
    if (slot?.instance !== holder) return;
    slot.instance = null;
    slot.epoch++;
    const { lanes } = this.tables;
    for (const [lane, owner] of lanes.entries()) if (owner === number) lanes[lane] = null;
  }

  private isHeld({ slot, epoch }: Tenure, now: number): boolean {
    const found = this.tables.slots[slot];
    return found?.epoch === epoch && found.expiresAt > now;
  }

  private holderOf({ instance, expiresAt }: Slot, now: number): SlotHolder {
    if (instance === null) return 'nobody';
    if (expiresAt <= now) return 'gone';
    if (instance.endsWith(HEIR)) return 'heir';
    return instance === this.me ? 'me' : 'another';
  }
}
