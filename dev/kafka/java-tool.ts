import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { javaJars } from './java-jars.js';

/** For a tool that ends before a second compilation would pay. */
const SHORT_LIVED = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/**
 * Runs one of Kafka's own command line tools by its class, and gives what it has printed.
 * @param jvm options of the Java machine.
 * @throws Error without Java.
 */
export async function runJavaTool(
  tool: string,
  args: readonly string[],
  jvm: readonly string[] = SHORT_LIVED,
): Promise<string> {
  const jars = await javaJars();
  if (jars === null) throw new Error(`${tool} needs Java 17 and Maven.`);
  const java = [...jvm, '-cp', join(jars, 'lib', '*')];
  const { stdout } = await promisify(execFile)('java', [...java, tool, ...args]);
  return stdout;
}
