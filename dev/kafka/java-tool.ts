import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { javaJars } from './java-jars.js';

/** Runs one of Kafka's own command line tools by its class, and gives what it has printed. @throws Error without Java. */
export async function runJavaTool(tool: string, args: readonly string[]): Promise<string> {
  const jars = await javaJars();
  if (jars === null) throw new Error(`${tool} needs Java 17 and Maven.`);
  const java = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', join(jars, 'lib', '*')];
  const { stdout } = await promisify(execFile)('java', [...java, tool, ...args]);
  return stdout;
}
