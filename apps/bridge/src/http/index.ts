export { MAX_NESTING, readObject } from './control-json.js';
export type { JsonObject } from './control-json.js';
export { ControlBody, ControlQuery } from './dto.js';
export { HttpModule } from './http.module.js';
export { BridgeHttpAdapter, createHttpAdapter } from './http-server.js';
export { elementsOf, membersOf, stringAt, textAt, wholeOf } from './json-spans.js';
export type { Member, Span } from './json-spans.js';
export { IsInstant, parseInstant } from './instant.js';
export { Shutdown } from './shutdown.js';
