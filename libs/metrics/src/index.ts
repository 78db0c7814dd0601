export { BridgeMetrics } from './bridge-metrics.js';
export { INSTRUMENTS } from './instruments.js';
export type { Instrument } from './instruments.js';
export { Meters } from './meters.js';
export type { Step } from './meters.js';
export { MetricsSource } from './snapshot.js';
export type { MetricsSnapshot } from './snapshot.js';
