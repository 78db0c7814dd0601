import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { ColumnTypes } from './record.entity.js';

/** What stays of a record after a purge or a discard: enough to know its message id again. */
export function settledIdEntity(types: ColumnTypes) {
  @Entity('settled_id')
  @Index('ux_settled_id_message_id', ['message_id', 'tenant'], { unique: true })
  @Index('ix_settled_id_settled_at', ['settled_at'])
  class SettledId {
    @PrimaryColumn(types.id, { primaryKeyConstraintName: 'pk_settled_id' })
    record_id!: number;

    @Column('varchar', { length: 255 })
    message_id!: string;

    @Column('varchar', { length: 249 })
    topic!: string;

    @Column('varchar', { length: 8 })
    status!: string;

    @Column('varchar', { length: 16 })
    delivery!: string;

    @Column('integer')
    retry_count!: number;

    @Column('text', { nullable: true })
    last_error_code!: string | null;

    @Column('integer')
    replays!: number;

    @Column('bigint')
    created_at!: number;

    @Column('bigint', { nullable: true })
    sent_at!: number | null;

    @Column('bigint')
    settled_at!: number;

    @Column('bigint', { nullable: true })
    kafka_offset!: string | null;

    @Column('integer', { nullable: true })
    kafka_partition!: number | null;

    @Column(types.bytes)
    request_hash!: Buffer;

    @Column('varchar', { length: 63, default: '' })
    tenant!: string;
  }
  return SettledId;
}

/** One refused try of a record. */
export function attemptEntity(types: ColumnTypes) {
  @Entity('attempt')
  @Index('ix_attempt_record_id', ['record_id'])
  class Attempt {
    @PrimaryGeneratedColumn('increment', {
      type: types.id,
      primaryKeyConstraintName: 'pk_attempt',
    })
    id!: number;

    @Column('bigint')
    record_id!: number;

    @Column('integer')
    number!: number;

    @Column('bigint')
    at!: number;

    @Column('text')
    code!: string;

    @Column('text')
    error!: string;
  }
  return Attempt;
}

/** Who did what: rows are only added, each with the hash of the chain up to it (`audit/chain.ts`). */
export function auditEntity(types: ColumnTypes) {
  @Entity('audit')
  class Audit {
    @PrimaryGeneratedColumn('increment', {
      type: types.id,
      primaryKeyConstraintName: 'pk_audit',
    })
    id!: number;

    @Column('bigint')
    at!: number;

    @Column('text')
    actor!: string;

    @Column('varchar', { length: 16 })
    action!: string;

    @Column('varchar', { length: 255 })
    message_id!: string;

    @Column('varchar', { length: 249 })
    topic!: string;

    @Column('varchar', { length: 249, nullable: true })
    to_topic!: string | null;

    @Column('text', { nullable: true })
    reason!: string | null;

    @Column('varchar', { length: 63, nullable: true })
    tenant!: string | null;

    /** What the bridge says of it, beside the words of whoever did it. */
    @Column('text', { nullable: true })
    detail!: string | null;

    /** Null in no row: a trigger sees to it, since a new column cannot. */
    @Column(types.bytes, { nullable: true })
    hash!: Buffer | null;
  }
  return Audit;
}

/** Whom a record is about, as a mark that only the holder of the key can make of a name. */
export function subjectEntity(types: ColumnTypes) {
  @Entity('subject')
  @Index('ix_subject_mark', ['mark', 'record_id'])
  class Subject {
    @PrimaryColumn(types.id, { primaryKeyConstraintName: 'pk_subject' })
    record_id!: number;

    @PrimaryColumn('varchar', { length: 32, primaryKeyConstraintName: 'pk_subject' })
    mark!: string;
  }
  return Subject;
}

/** A pipeline with its open batch as compact JSON (`pipeline-row.ts`). */
@Entity('pipeline')
export class PipelineEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_pipeline' })
  name!: string;

  @Column('bigint')
  batch_number!: number;

  @Column('text', { nullable: true })
  kind!: string | null;

  @Column('text', { nullable: true })
  open_batch!: string | null;

  @Column('text', { nullable: true })
  appended!: string | null;

  @Column('bigint', { nullable: true })
  opened_at!: number | null;

  @Column('bigint')
  committed_number!: number;

  @Column('bigint', { nullable: true })
  ledger_at!: number | null;
}

@Entity('counter')
export class CounterEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_counter' })
  name!: string;

  @Column('bigint')
  value!: number;
}

/** Facts about the database itself, such as the outbox's own random name. */
@Entity('meta')
export class MetaEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_meta' })
  name!: string;

  @Column('text')
  value!: string;
}
