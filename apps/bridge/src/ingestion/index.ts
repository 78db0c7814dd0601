export { AdmissionGate } from './admission.gate.js';
export { IngestionModule } from './ingestion.module.js';
export { isMessageId } from './message-id.js';
export { possibleHashes } from './possible-hashes.js';
export { checkTopic, checkVisibleTopic, isHiddenTopic } from './topic-name.js';
