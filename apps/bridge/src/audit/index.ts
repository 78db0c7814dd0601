export { AuditModule } from './audit.module.js';
export { auditKeys } from './key-audit.js';
export { TopicAudit } from './topic-audit.js';
