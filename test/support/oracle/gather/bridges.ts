import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { getJson, messageView, type HealthView, type MessageView } from '../../bridge-api.js';
import { grown } from '../checks/resources.js';
import type { Counters, CounterSeries, Resources } from '../evidence.js';

/** A bridge as the oracle sees it; `BridgeProcess` is one. */
export interface Bridge {
  readonly url: string;
  /** Of the running process; changes when it is started anew. Undefined where there is none of its own. */
  readonly pid?: number | undefined;
}

const VIEWS_AT_ONCE = 16;
const SETTLE_MS = 250;

/** What each of the bridges says of its share of the ids. An id of which it cannot be asked is `unreachable`. */
export async function viewsOf(
  bridges: readonly Bridge[],
  ids: readonly string[],
): Promise<Map<string, MessageView>> {
  const views = new Map<string, MessageView>();
  const open = ids.map((id, index) => ({ id, url: bridges[index % bridges.length]?.url ?? '' }));
  const worker = async (): Promise<void> => {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { id, url } = next;
      views.set(id, await messageView(url, id).catch((error: unknown) => unreachable(id, error)));
    }
  };
  await Promise.all(Array.from({ length: VIEWS_AT_ONCE }, worker));
  return views;
}

function unreachable(messageId: string, error: unknown): MessageView {
  return {
    message_id: messageId,
    topic: '',
    status: 'unreachable',
    retry_count: 0,
    last_error_code: null,
    last_error: error instanceof Error ? error.message : String(error),
    partition: null,
    offset: null,
    replays: 0,
  };
}

/** What is still to be done, in words; null when nothing is. */
export async function leftToDo(bridge: Bridge): Promise<string | null> {
  try {
    const { outbox } = await getJson<HealthView>(`${bridge.url}/health`);
    const { pending, failed } = outbox;
    return pending + failed === 0 ? null : `${bridge.url}: ${pending} pending, ${failed} failed`;
  } catch (error) {
    return `${bridge.url}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

interface MetricsView {
  readonly metrics: {
    readonly totalReceived: number;
    readonly totalSent: number;
    readonly totalDLQ: number;
  };
}

async function countersOf(bridge: Bridge): Promise<Counters> {
  const { metrics } = await getJson<MetricsView>(`${bridge.url}/metrics`);
  return { received: metrics.totalReceived, sent: metrics.totalSent, buried: metrics.totalDLQ };
}

interface Watched {
  readonly bridge: Bridge;
  readonly samples: Counters[];
}

/** Reads the counters again and again while the run lasts. A bridge that is down is asked again later. */
export class CounterWatch {
  private readonly stopping = new AbortController();
  private readonly watching: Promise<unknown>;

  private constructor(private readonly watched: readonly Watched[]) {
    this.watching = Promise.all(watched.map((one) => this.watch(one)));
  }

  /** @throws Error when a bridge cannot be asked at the start: the first sample is what the load is counted from. */
  static async start(bridges: readonly Bridge[]): Promise<CounterWatch> {
    const watched = bridges.map(async (bridge) => ({
      bridge,
      samples: [await countersOf(bridge)],
    }));
    return new CounterWatch(await Promise.all(watched));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.watching;
  }

  /** Stops, takes the last samples, and gives all of these bridges. None of one that cannot be asked now. */
  async series(bridges: readonly Bridge[]): Promise<CounterSeries[]> {
    await this.stop();
    const watched = this.watched.filter(({ bridge }) => bridges.includes(bridge));
    return Promise.all(
      watched.map(async ({ bridge, samples }) => {
        const last = await countersOf(bridge).catch(() => null);
        return { bridge: bridge.url, samples: last === null ? [] : [...samples, last] };
      }),
    );
  }

  private async watch({ bridge, samples }: Watched): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const sample = await countersOf(bridge).catch(() => null);
      if (sample !== null) samples.push(sample);
      await delay(SETTLE_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** What the process of the bridge holds; null where the bridge is no process of its own. */
export async function resourcesOf({ url, pid }: Bridge): Promise<Resources | null> {
  if (pid === undefined) return null;
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const fds = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(
    // A descriptor may be closed between the two looks.
    fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
  );
  const metrics = await fetch(`${url}/metrics`, { headers: { accept: 'text/plain' } });
  const timers = /^nodejs_active_resources\{type="Timeout"\} (\d+)/m.exec(await metrics.text());
  return {
    rss: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024,
    fds: fds.length,
    sockets: targets.filter((target) => target.startsWith('socket:')).length,
    timers: Number(timers?.[1] ?? 0),
  };
}

/** Waits until the process needs no more than at the base, at most `withinMs`, and gives what it needs then. */
export async function settledResources(
  bridge: Bridge,
  base: Resources,
  withinMs: number,
): Promise<Resources | null> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const now = await resourcesOf(bridge);
    if (now === null || grown(base, now).length === 0 || Date.now() > deadline) return now;
    await delay(SETTLE_MS);
  }
}
