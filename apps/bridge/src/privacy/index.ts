export { mask } from './mask.js';
export { maskFields } from './mask-fields.js';
export { markOf, MAX_CHARS, subjectOf, subjectsIn } from './subjects.js';
export type { SubjectKind } from './subjects.js';
