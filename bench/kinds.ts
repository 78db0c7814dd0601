import { measureAccess } from './access.js';
import { measureCompression } from './compression.js';
import type { Context, Report } from './context.js';
import { measurePostgres } from './databases.js';
import { measureInstances } from './instances.js';
import { measureOpen } from './open.js';
import type { Kind } from './options.js';
import { profileBridge } from './profile.js';
import { measureRatesReport } from './rates-report.js';
import { measureSizes } from './sizes.js';
import { measureDeepBacklog, measureTargets } from './targets.js';

interface KindOfMeasurement {
  /** In docs/, with marker lines of the kind's name. */
  readonly document: string;
  measure(context: Context): Promise<Report>;
}

export const MEASUREMENTS: Readonly<Record<Kind, KindOfMeasurement>> = {
  rates: { document: 'performance.md', measure: measureRatesReport },
  targets: { document: 'performance.md', measure: measureTargets },
  open: { document: 'performance/open-loop.md', measure: measureOpen },
  sizes: { document: 'performance/sizes.md', measure: measureSizes },
  compression: { document: 'performance/compression.md', measure: measureCompression },
  postgres: { document: 'performance/postgres.md', measure: measurePostgres },
  backlog: { document: 'performance/backlog.md', measure: measureDeepBacklog },
  profile: {
    document: 'performance.md',
    measure: ({ stack }) => profileBridge(stack),
  },
  instances: {
    document: 'scaling.md',
    measure: async ({ stack, say }) => ({ text: await measureInstances(stack, say) }),
  },
  access: {
    document: 'performance.md',
    measure: async ({ stack, say }) => ({ text: await measureAccess(stack, say) }),
  },
};
