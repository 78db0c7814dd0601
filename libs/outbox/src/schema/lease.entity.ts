import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A place for one instance; its number names the instance's pipelines. */
@Entity('slot')
export class SlotEntity {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'pk_slot' })
  slot!: number;

  /** Random name of the process that holds it; null: nobody. */
  @Column('text', { nullable: true })
  instance!: string | null;

  /** Grows with every change of the holder. */
  @Column('bigint')
  epoch!: number;

  /** By the clock of the database. */
  @Column('timestamptz', { nullable: true })
  expires_at!: Date | null;
}

/** A record of a transaction, see `arrived.ts`. */
@Entity('arrived')
export class ArrivedEntity {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'pk_arrived' })
  record_id!: number;
}

/** Which slot relays the records of a lane; null: nobody. */
@Entity('lane')
export class LaneEntity {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'pk_lane' })
  lane!: number;

  @Column('smallint', { nullable: true })
  slot!: number | null;
}
