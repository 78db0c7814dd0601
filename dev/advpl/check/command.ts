// `npm run advpl:check [folder]`: what is wrong with the AdvPL sources; the exit code is 1 when something is.
import { PROJECT_ROOT } from '../../project-root.js';
import { check } from './check.js';
import { sourcesBelow } from './sources.js';

const sources = sourcesBelow(PROJECT_ROOT, process.argv[2] ?? 'advpl');
const findings = check(sources);
for (const { file, line, rule, text } of findings) console.log(`${file}:${line}: ${rule}: ${text}`);
console.log(`${sources.length} files, ${findings.length} findings`);
process.exitCode = findings.length > 0 || sources.length === 0 ? 1 : 0;
