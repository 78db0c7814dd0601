export { MessageIdParam } from './message-id.param.js';
export { MessagesModule } from './messages.module.js';
export { filterOf, PageQuery, RecordQuery, seenBy, sightOf } from './page-query.js';
export { RevealQuery } from './reveal-query.js';
export { Reveals } from './reveals.js';
export { readPage } from './page.js';
export type { PageView } from './page.js';
export { attemptView, recordView, time } from './record-view.js';
export type { AttemptView, RecordView } from './record-view.js';
