/** An answer as it stands in the bytes of a connection. */
export interface FuzzAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The answers at the beginning of what was received, and how many bytes they take. */
export function answersIn(
  received: Buffer,
  method: string,
): { readonly answers: readonly FuzzAnswer[]; readonly used: number } {
  const answers: FuzzAnswer[] = [];
  let used = 0;
  for (;;) {
    const found = answerAt(received, used, method);
    if (found === null) return { answers, used };
    answers.push(found.answer);
    used = found.end;
  }
}

function answerAt(
  received: Buffer,
  from: number,
  method: string,
): { readonly answer: FuzzAnswer; readonly end: number } | null {
  const headEnd = received.indexOf('\r\n\r\n', from);
  if (headEnd < 0) return null;
  const [first = '', ...lines] = received.toString('latin1', from, headEnd).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const status = /^HTTP\/1\.1 (\d{3})/.exec(first)?.[1];
  const rest = received.subarray(headEnd + 4);
  const bare = method === 'HEAD' || status?.startsWith('1') === true;
  const found = bare
    ? { body: Buffer.alloc(0), length: 0 }
    : headers.get('transfer-encoding') === 'chunked'
      ? chunkedBody(rest)
      : plainBody(rest, Number(headers.get('content-length') ?? 0));
  if (found === null) return null;
  const body = found.body.toString('utf8');
  const answer = { status: Number(status ?? Number.NaN), headers, body };
  return { answer, end: headEnd + 4 + found.length };
}

interface Body {
  readonly body: Buffer;
  /** Bytes that it takes on the wire. */
  readonly length: number;
}

function plainBody(bytes: Buffer, length: number): Body | null {
  return bytes.length < length ? null : { body: bytes.subarray(0, length), length };
}

function chunkedBody(bytes: Buffer): Body | null {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const from = lineEnd + 2;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size)) throw new Error(`No chunk: ${bytes.toString('latin1', 0, 500)}`);
    const end = from + size + 2;
    if (bytes.length < end) return null;
    if (size === 0) return { body: Buffer.concat(chunks), length: end };
    chunks.push(bytes.subarray(from, from + size));
    at = end;
  }
}
