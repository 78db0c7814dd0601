export { mask } from './mask.js';
export { maskFields } from './mask-fields.js';
