import type { MigrationInterface, QueryRunner } from 'typeorm';
import { hashOf, headText, NO_HEAD, type AuditHead, type AuditRow } from '../audit/chain.js';

const REFUSAL = 'the audit is append-only';

const SQLITE_GUARD = [
  ...['UPDATE', 'DELETE'].map(
    (verb) =>
      `CREATE TRIGGER "audit_no_${verb.toLowerCase()}" BEFORE ${verb} ON "audit"` +
      ` BEGIN SELECT RAISE(ABORT, '${REFUSAL}'); END`,
  ),
  // REPLACE would take a row away without a word to the trigger above.
  `CREATE TRIGGER "audit_chained" BEFORE INSERT ON "audit"
    WHEN NEW.hash IS NULL OR length(NEW.hash) <> 32
      OR NEW.id <= (SELECT COALESCE(MAX(id), 0) FROM "audit")
    BEGIN SELECT RAISE(ABORT, '${REFUSAL}, and each row has its hash'); END`,
];

const POSTGRES_GUARD = [
  `CREATE FUNCTION "audit_refuse"() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '${REFUSAL}'; END $$`,
  `CREATE FUNCTION "audit_chained"() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.hash IS NULL OR length(NEW.hash) <> 32
        OR NEW.id <= (SELECT COALESCE(MAX(id), 0) FROM "audit")
      THEN RAISE EXCEPTION '${REFUSAL}, and each row has its hash'; END IF;
      RETURN NEW;
    END $$`,
  `CREATE TRIGGER "audit_no_change" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit"
    FOR EACH STATEMENT EXECUTE FUNCTION "audit_refuse"()`,
  `CREATE TRIGGER "audit_chained" BEFORE INSERT ON "audit"
    FOR EACH ROW EXECUTE FUNCTION "audit_chained"()`,
];

const GUARD_DOWN = {
  sqlite: ['no_update', 'no_delete', 'chained'].map((name) => `DROP TRIGGER "audit_${name}"`),
  postgres: [
    'DROP TRIGGER "audit_chained" ON "audit"',
    'DROP TRIGGER "audit_no_change" ON "audit"',
    'DROP FUNCTION "audit_chained"()',
    'DROP FUNCTION "audit_refuse"()',
  ],
};

const PAGE = 500;

/**
 * The audit becomes a chain of hashes that nobody changes, the rows that are there already included. What earlier versions
 * would add has no hash and is refused, so they must not go on with the database.
 */
export class AuditChain1764160000000 implements MigrationInterface {
  readonly name = 'AuditChain1764160000000';

  async up(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.connection.options.type === 'sqlite';
    await runner.query('ALTER TABLE "audit" ADD COLUMN "detail" text');
    await runner.query(`ALTER TABLE "audit" ADD COLUMN "hash" ${isSqlite ? 'blob' : 'bytea'}`);
    const head = await chainAll(runner, isSqlite ? '?' : '$1', isSqlite ? '?' : '$2');
    await runner.query(
      `INSERT INTO "meta" (name, "value") VALUES ('audit_head', '${headText(head)}')`,
    );
    for (const statement of isSqlite ? SQLITE_GUARD : POSTGRES_GUARD) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    const engine = runner.connection.options.type === 'sqlite' ? 'sqlite' : 'postgres';
    for (const statement of GUARD_DOWN[engine]) await runner.query(statement);
    await runner.query("DELETE FROM \"meta\" WHERE name IN ('audit_head', 'audited_keys')");
    await runner.query('ALTER TABLE "audit" DROP COLUMN "hash"');
    await runner.query('ALTER TABLE "audit" DROP COLUMN "detail"');
  }
}

async function chainAll(runner: QueryRunner, first: string, second: string): Promise<AuditHead> {
  let head = NO_HEAD;
  for (;;) {
    const rows = (await runner.query(
      `SELECT * FROM "audit" WHERE id > ${first} ORDER BY id LIMIT ${PAGE}`,
      [head.id],
    )) as readonly AuditRow[];
    for (const row of rows) {
      head = { id: Number(row['id']), hash: hashOf(head.hash, row) };
      await runner.query(`UPDATE "audit" SET hash = ${first} WHERE id = ${second}`, [
        head.hash,
        head.id,
      ]);
    }
    if (rows.length < PAGE) return head;
  }
}
