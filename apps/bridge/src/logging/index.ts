export { BridgeLogger } from './bridge-logger.js';
export { LoggingModule } from './logging.module.js';
export { LogThreshold } from './log-threshold.js';
