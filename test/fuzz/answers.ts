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
  const bare = method === 'HEAD' || status?.startsWith('1') === true;
  const length = bare ? 0 : Number(headers.get('content-length') ?? 0);
  const end = headEnd + 4 + length;
  if (received.length < end) return null;
  const body = received.toString('utf8', headEnd + 4, end);
  return { answer: { status: Number(status ?? Number.NaN), headers, body }, end };
}
