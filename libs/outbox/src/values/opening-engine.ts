import type {
  CommitAtOnce,
  Engine,
  PageRunner,
  Row,
  SqlRunner,
  SqlValue,
  Writer,
} from '../engine.js';
import type { Additions } from '../staged.js';
import type { ValueCipher } from './value-cipher.js';

/** The engine, with values that are as they were posted in every row that it gives. */
export function openingEngine(engine: Engine, cipher: ValueCipher): Engine {
  const { writer, relayReader, askReader } = engine;
  const opening = {
    writer: new OpeningWriter(writer, cipher),
    relayReader: new OpeningReader(relayReader, cipher),
    askReader: new OpeningRunner(askReader, cipher),
  };
  // Whatever else is asked of the engine is asked of itself.
  return new Proxy(engine, {
    get(target, name): unknown {
      if (name in opening) return opening[name as keyof typeof opening];
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

class OpeningRunner implements SqlRunner {
  constructor(
    private readonly inner: SqlRunner,
    private readonly cipher: ValueCipher,
  ) {}

  async query(sql: string, params?: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.opened(await this.inner.query(sql, params));
  }

  protected opened(rows: readonly Row[]): readonly Row[] {
    return rows.some((row) => typeof row['value_key'] === 'string')
      ? rows.map((row) => opened(row, this.cipher))
      : rows;
  }
}

class OpeningReader extends OpeningRunner implements PageRunner {
  constructor(
    private readonly reader: PageRunner,
    cipher: ValueCipher,
  ) {
    super(reader, cipher);
  }

  async page(select: string, params?: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.opened(await this.reader.page(select, params));
  }
}

class OpeningWriter extends OpeningRunner implements Writer {
  constructor(
    private readonly writer: Writer,
    cipher: ValueCipher,
  ) {
    super(writer, cipher);
  }

  begin(atOneMoment?: boolean): Promise<boolean> {
    return this.writer.begin(atOneMoment);
  }

  add(additions: Additions): Promise<void> {
    return this.writer.add(additions);
  }

  get atOnce(): CommitAtOnce | null {
    return this.writer.atOnce?.bind(this.writer) ?? null;
  }

  commit(): Promise<void> {
    return this.writer.commit();
  }

  rollback(): Promise<void> {
    return this.writer.rollback();
  }
}

function opened(row: Row, cipher: ValueCipher): Row {
  const keyId = row['value_key'];
  if (typeof keyId !== 'string') return row;
  const record = { tenant: row['tenant'] as string, messageId: row['message_id'] as string };
  const value = cipher.open(record, keyId, row['value'] as Buffer);
  return { ...row, value, value_key: null };
}
