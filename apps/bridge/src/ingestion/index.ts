export { minFreeBytes } from './admission.js';
export { AdmissionGate } from './admission.gate.js';
export {
  checkedHeaders,
  checkedKey,
  checkHeaderName,
  isWellFormed,
  readPartition,
  readTimestamp,
} from './control-fields.js';
export type { GivenHeader } from './control-fields.js';
export { atIndex } from './envelope.js';
export type { Envelope } from './envelope.js';
export { IngestionModule } from './ingestion.module.js';
export { Intake } from './intake.js';
export type { Reading } from './intake.js';
export { givenMessageId, isMessageId, listedMessageId, pointedMessageId } from './message-id.js';
export { OtherLanguages } from './other-languages.js';
export type { OtherLanguage } from './other-languages.js';
export type { TakenRecord } from './outcome.js';
export { possibleHashes } from './possible-hashes.js';
export { TENANT_HEADER } from './record.js';
export { RecordComposer } from './record-composer.js';
export { bodyOf, requestFacts } from './request-facts.js';
export type { RequestFacts } from './request-facts.js';
export { decodeBody } from './text-encoding.js';
export { checkTopic, checkVisibleTopic, isHiddenTopic } from './topic-name.js';
