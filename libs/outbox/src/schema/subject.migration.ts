import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which records are about whom, as marks that only the holder of the key can make; the same on both engines. */
export class Subjects1764160002000 implements MigrationInterface {
  readonly name = 'Subjects1764160002000';

  async up(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.connection.options.type === 'sqlite';
    const key = '"record_id", "mark"';
    await runner.query(
      `CREATE TABLE "subject" ("record_id" ${isSqlite ? 'integer' : 'bigint'} NOT NULL, "mark" varchar(32) NOT NULL,` +
        ` ${isSqlite ? '' : 'CONSTRAINT "pk_subject" '}PRIMARY KEY (${key}))`,
    );
    await runner.query('CREATE INDEX "ix_subject_mark" ON "subject" ("mark", "record_id")');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE "subject"');
  }
}
