export { isTraceParent } from './trace-parent.js';
export { NO_TRACING, Tracing } from './tracing.js';
export type { AcceptSpan, BatchSpan } from './tracing.js';
export { TracingModule } from './tracing.module.js';
