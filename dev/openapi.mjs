// `npm run openapi`: writes docs/openapi.json as the build has it. A test compares the two.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { openApiDocument } from '../dist/apps/bridge/src/openapi/document.js';
import { root } from './command.mjs';

const text = await format(JSON.stringify(openApiDocument()), { parser: 'json', printWidth: 100 });
writeFileSync(join(root, 'docs', 'openapi.json'), text);
