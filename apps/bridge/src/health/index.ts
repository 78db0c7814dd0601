export { totalsOf } from './health-body.js';
export type { Totals } from './health-body.js';
export { HealthModule } from './health.module.js';
export { Readiness } from './readiness.js';
