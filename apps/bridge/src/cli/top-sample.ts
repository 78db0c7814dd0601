/** What `GET /health` says, as far as it is shown. */
export interface TopHealth {
  readonly status: string;
  readonly uptime: number;
  readonly outbox: { readonly pending: number; readonly failed: number; readonly dlq: number };
  readonly metrics: {
    readonly totalReceived: number;
    readonly totalSent: number;
    readonly totalFailed: number;
    readonly totalDLQ: number;
  };
  readonly details: {
    readonly intake?: { readonly code?: string; readonly message?: string };
    readonly storage?: { readonly status: string; readonly message?: string };
    readonly kafka?: {
      readonly pipelines: readonly TopPipeline[];
      readonly quarantined: number;
      readonly waiting_apart: readonly {
        readonly topic: string;
        readonly partition: number | null;
        readonly code: string;
        readonly since: string;
      }[];
    };
  };
}

export interface TopPipeline {
  readonly name: string;
  readonly state: string;
  readonly stopped_by: string | null;
  readonly waiting_since: string | null;
  readonly last_error_code: string | null;
  readonly last_error: string | null;
}

/** The bridge at one moment. */
export interface TopSample {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly health: TopHealth;
  /** Figures of `GET /metrics` without labels, by name. */
  readonly figures: ReadonlyMap<string, number>;
}

const ANSWER_WITHIN_MS = 5_000;

/** @throws Error in words for the operator. */
export async function sample(url: string, key: string | null): Promise<TopSample> {
  const [health, metrics] = await Promise.all([
    ask(`${url}/health`, key, 'application/json'),
    ask(`${url}/metrics`, key, 'text/plain'),
  ]);
  return { at: Date.now(), health: JSON.parse(health) as TopHealth, figures: figuresOf(metrics) };
}

/** Prometheus' text: lines of a name and a number; what has labels is left out. Pure. */
export function figuresOf(text: string): ReadonlyMap<string, number> {
  const found = text.matchAll(/^([a-z_]+) (\S+)$/gm);
  return new Map([...found].map(([, name = '', value]) => [name, Number(value)]));
}

async function ask(url: string, key: string | null, accept: string): Promise<string> {
  const authorization = key === null ? {} : { authorization: `Bearer ${key}` };
  const response = await answerOf(url, { accept, ...authorization });
  const text = await response.text();
  // 503 is an answer of GET /health, too: no record would be accepted.
  const isHealth = response.status === 503 && text.includes('"details"');
  if (response.status === 200 || isHealth) return text;
  if (response.status === 401 || response.status === 403) {
    throw new Error(`it wants a key of the role read (--key-file): ${response.status}`);
  }
  throw new Error(`it answers ${response.status}`);
}

async function answerOf(url: string, headers: Record<string, string>): Promise<Response> {
  try {
    return await fetch(url, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
  } catch (error) {
    const { name, cause } = error as Error;
    const { code } = (cause ?? {}) as { readonly code?: unknown };
    throw new Error(`no answer: ${typeof code === 'string' ? code : name}`, { cause: error });
  }
}
