export { openApiDocument } from './document.js';
export { OpenApiModule } from './openapi.module.js';
export { OUTSIDE } from './problem-responses.js';
