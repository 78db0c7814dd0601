import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** What the engines call the same thing. */
export interface ColumnTypes {
  readonly bytes: 'blob' | 'bytea';
  /** SQLite's rowid alias must be spelled `integer` and is 64 bit; PostgreSQL's `integer` would end at 2^31. */
  readonly id: 'integer' | 'bigint';
}

/**
 * A record without its value: what changes with every step of its life is narrow. Made once for each engine, because
 * a decorator fixes the column's type.
 *
 * Users' scripts ask the view `outbox` (`outbox-view.ts`): this with the value. Times are epoch milliseconds. The bytes
 * come late: SQLite reads a row from its beginning, so a status is found without walking over them.
 * Every index but the first two holds open or dead rows only (or is read by age), so that no hot
 * statement costs more when there are more sent rows; `bytes` in an index bounds a page without its values.
 */
export function recordEntity(types: ColumnTypes) {
  @Entity('record')
  @Index('ux_record_message_id', ['message_id', 'tenant'], { unique: true })
  @Index('ix_record_pending', ['delivery', 'id', 'lane', 'bytes'], {
    where: "status = 'pending'",
  })
  @Index('ix_record_pending_topic', ['topic', 'id', 'kafka_partition', 'bytes'], {
    where: "status = 'pending'",
  })
  @Index('ix_record_due', ['next_at', 'id', 'bytes'], { where: "status = 'failed'" })
  @Index('ix_record_failed', ['id'], { where: "status = 'failed'" })
  @Index('ix_record_dead', ['id'], { where: "status = 'dlq'" })
  @Index('ix_record_dead_age', ['failed_at', 'id'], { where: "status = 'dlq'" })
  @Index('ix_record_unpublished', ['id', 'bytes'], {
    where: "status = 'dlq' AND published_at IS NULL",
  })
  @Index('ix_record_sent', ['sent_at', 'id'], { where: "status = 'sent'" })
  @Index('ix_record_transaction', ['transaction_id'], {
    where: "transaction_id IS NOT NULL AND status <> 'sent'",
  })
  @Index('ix_record_tenant', ['tenant', 'delivery', 'id', 'lane', 'bytes'], {
    where: "status = 'pending' AND tenant <> ''",
  })
  class Record {
    @PrimaryGeneratedColumn('increment', {
      type: types.id,
      primaryKeyConstraintName: 'pk_record',
    })
    id!: number;

    @Column('varchar', { length: 255 })
    message_id!: string;

    @Column('varchar', { length: 249 })
    topic!: string;

    @Column('varchar', { length: 8, default: 'pending' })
    status!: string;

    @Column('integer', { default: 0 })
    retry_count!: number;

    @Column('text', { nullable: true })
    last_error!: string | null;

    @Column('text', { nullable: true })
    last_error_code!: string | null;

    @Column('bigint')
    created_at!: number;

    @Column('bigint', { nullable: true })
    sent_at!: number | null;

    @Column('bigint', { nullable: true })
    kafka_offset!: string | null;

    @Column('integer', { nullable: true })
    kafka_partition!: number | null;

    @Column('bigint')
    timestamp!: number;

    @Column('varchar', { length: 16 })
    delivery!: string;

    @Column('smallint')
    lane!: number;

    @Column('integer', { nullable: true })
    requested_partition!: number | null;

    @Column('integer', { default: 0 })
    replays!: number;

    @Column('bigint', { nullable: true })
    next_at!: number | null;

    @Column('bigint', { nullable: true })
    failed_at!: number | null;

    @Column('bigint', { nullable: true })
    published_at!: number | null;

    @Column('integer')
    bytes!: number;

    @Column(types.bytes)
    request_hash!: Buffer;

    @Column(types.bytes, { nullable: true })
    key!: Buffer | null;

    @Column(types.bytes)
    headers!: Buffer;

    @Column('varchar', { length: 64, nullable: true })
    transaction_id!: string | null;

    @Column('integer', { nullable: true })
    transaction_size!: number | null;

    @Column('varchar', { length: 63, default: '' })
    tenant!: string;
  }
  return Record;
}

/** The value of a record: added with it, removed with it, never changed between. A tombstone has none. */
export function payloadEntity(types: ColumnTypes) {
  @Entity('payload')
  class Payload {
    @PrimaryColumn(types.id, { primaryKeyConstraintName: 'pk_payload' })
    record_id!: number;

    /** Encrypted where `key_id` says with which key. */
    @Column(types.bytes)
    value!: Buffer;

    @Column('varchar', { length: 64, nullable: true })
    key_id!: string | null;
  }
  return Payload;
}
