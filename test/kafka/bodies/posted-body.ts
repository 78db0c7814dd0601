/** What a consumer must find of one record. */
export interface ExpectedRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Without `message-id` and `source`, which every record has. */
  readonly headers: readonly (readonly [name: string, value: Buffer])[];
  readonly partition?: number;
  /** Epoch milliseconds. */
  readonly timestamp?: number;
}

/** The body of a POST, and what it must become, byte for byte. */
export interface PostedBody {
  readonly name: string;
  /** Every byte of a value as one character of ISO-8859-1, as HTTP has it. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Without a Content-Length. */
  readonly chunked?: boolean;
  /** More than one, or one of a list. */
  readonly records: readonly ExpectedRecord[];
}

type Bytes = string | Buffer;

interface JsonFields {
  /** JSON text each, put into the request as it stands. */
  readonly key?: string;
  readonly headers?: string;
  readonly partition?: number;
  readonly timestamp?: number;
}

export const bytesOf = (bytes: Bytes): Buffer =>
  typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes;

/** `{"data":…}` around a JSON text, with other fields after it. */
export function jsonBody(data: Bytes, fields: JsonFields = {}): Buffer {
  const others = Object.entries(fields).map(([name, text]) => `,"${name}":${text}`);
  return Buffer.concat([
    Buffer.from('{"data":'),
    bytesOf(data),
    Buffer.from(`${others.join('')}}`),
  ]);
}

/** A JSON text that must be the value as it is written. */
export function sameJson(name: string, data: Bytes): PostedBody {
  return jsonPost(name, jsonBody(data), { value: bytesOf(data) });
}

/** A JSON body, and what it must become where that is not nothing. */
export function jsonPost(
  name: string,
  body: Bytes,
  expected: Partial<ExpectedRecord>,
  contentType = 'application/json',
): PostedBody {
  return {
    name,
    headers: { 'content-type': contentType },
    body: bytesOf(body),
    records: [expectedJson(expected)],
  };
}

export function expectedJson(expected: Partial<ExpectedRecord>): ExpectedRecord {
  const { headers = [], ...rest } = expected;
  return {
    key: null,
    value: null,
    headers: [['content-type', Buffer.from('application/json')], ...headers],
    ...rest,
  };
}

/** A body that is the value itself. */
export function rawPost(
  name: string,
  contentType: string,
  body: Bytes,
  headers: Readonly<Record<string, string>> = {},
  expected: Partial<ExpectedRecord> = {},
): PostedBody {
  const { headers: others = [], ...rest } = expected;
  const type = ['content-type', Buffer.from(contentType)] as const;
  return {
    name,
    headers: { 'content-type': contentType, ...headers },
    body: bytesOf(body),
    records: [{ key: null, value: bytesOf(body), headers: [type, ...others], ...rest }],
  };
}
