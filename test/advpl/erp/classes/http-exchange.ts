import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  /** `Name: value` each. */
  readonly headers: readonly string[];
  /** A character for each byte. */
  readonly body: string;
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly reason: string;
  /** A character for each byte. */
  readonly body: string;
}

/** One request on a connection of its own; bytes go and come as they are. Without an answer in time there is only an error. */
export async function exchange(
  request: HttpRequest,
): Promise<{ readonly answer: HttpAnswer | null; readonly error: string }> {
  try {
    return { answer: await answered(request), error: '' };
  } catch (error) {
    return { answer: null, error: (error as Error).message };
  }
}

function answered({ url, method, headers, body, timeoutMs }: HttpRequest): Promise<HttpAnswer> {
  const bytes = Buffer.from(body, 'latin1');
  const send = url.startsWith('https:') ? secure : plain;
  return new Promise((resolve, reject) => {
    const outgoing = send(url, {
      method,
      agent: false,
      headers: { ...headerFields(headers), 'Content-Length': bytes.length },
      signal: AbortSignal.timeout(timeoutMs),
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const { statusCode = 0, statusMessage = '' } = incoming;
        const text = Buffer.concat(chunks).toString('latin1');
        resolve({ status: statusCode, reason: statusMessage, body: text });
      });
    });
    outgoing.end(bytes);
  });
}

function headerFields(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      if (colon < 1) throw new Error(`${line} is no header`);
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}
