import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../project-root.js';

/** `jars.mjs` ends with this code where Java 17 or Maven are missing. */
const NO_JAVA = 69;

/** The folder with the jars, made where it is missing; null without Java. */
export async function javaJars(): Promise<string | null> {
  const script = join(PROJECT_ROOT, 'dev', 'kafka', 'jars.mjs');
  try {
    const child = promisify(execFile)(process.execPath, [script]);
    child.child.stderr?.pipe(process.stderr);
    return (await child).stdout;
  } catch (error: unknown) {
    if ((error as { readonly code?: unknown }).code === NO_JAVA) return null;
    throw error;
  }
}
