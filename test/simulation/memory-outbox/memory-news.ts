import type { IdRange } from '@bridge/outbox';
import type { StoreSite } from './memory-writer.js';

/** What one commit tells the other instances. */
export interface MemoryNews {
  readonly accepted: IdRange | null;
  readonly settled: boolean;
  readonly replayed: readonly number[];
  readonly discarded: readonly number[];
}

interface Listener {
  readonly site: StoreSite;
  readonly heard: (news: MemoryNews) => void;
  readonly missed: () => void;
}

const USUAL_MS = [0.1, 3] as const;
const LATE_MS = [100, 3_000] as const;
const LATE = 0.05;
/** Share that is lost in the best of weathers. */
const LOST = 0.05;
/** So soon a listener that has become deaf finds out. */
const DEAF_MS = [1_000, 10_000] as const;

/** NOTIFY: late at times, and lost to whoever cannot listen, who finds that out later. */
export class NewsBus {
  private readonly listeners: Listener[] = [];

  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  tell(from: StoreSite, news: MemoryNews): void {
    for (const { site, heard, missed } of this.listeners) {
      if (site === from || !site.process.alive) continue;
      const { random } = site.scheduler;
      const isLost = random.chance(Math.max(LOST, site.weather().lost));
      const [soonest, latest] = isLost ? DEAF_MS : random.chance(LATE) ? LATE_MS : USUAL_MS;
      if (isLost) site.seen('news was lost');
      const what = `${site.process.name} hears`;
      site.scheduler.after(random.span(soonest, latest), what, () =>
        site.process.deliver(what, isLost ? missed : () => heard(news)),
      );
    }
  }
}
