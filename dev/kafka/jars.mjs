// Puts the jars of Apache Kafka into dev/kafka/target, once: Maven runs again only when pom.xml changes.
// As a command it prints the folder that holds them, or ends with NO_JAVA.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { step } from '../progress.mjs';

/** The exit code that says: this machine has no Java 17 with Maven (EX_UNAVAILABLE of sysexits.h). */
export const NO_JAVA = 69;

const folder = dirname(fileURLToPath(import.meta.url));
const target = join(folder, 'target');

/** The release of Java that `java` is, 0 where there is none. */
function javaRelease() {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
}

/**
 * The folder with `lib/*.jar` and `template/bootstrap.checkpoint` (the first settings of a cluster of this
 * version, which each new broker gets as a copy), or null where Java or Maven are missing.
 * The folder's name is the digest of pom.xml and it appears whole: a half-done one is never used.
 */
export async function ensureJars() {
  if (javaRelease() < 17) return null;
  const pom = readFileSync(join(folder, 'pom.xml'));
  const wanted = join(target, createHash('sha256').update(pom).digest('hex').slice(0, 12));
  if (existsSync(wanted)) return wanted;
  if (spawnSync('mvn', ['-version'], { stdio: 'ignore' }).status !== 0) return null;

  const making = join(target, `making-${process.pid}`);
  await step('Apache Kafka jars by Maven (once)', async () => {
    mkdirSync(making, { recursive: true });
    try {
      await resolveJars(making);
      await formatTemplate(making);
      moveUnlessThere(making, wanted);
    } finally {
      rmSync(making, { recursive: true, force: true });
    }
  });
  return wanted;
}

function resolveJars(into) {
  const output = `-DoutputDirectory=${join(into, 'lib')}`;
  const pom = join(folder, 'pom.xml');
  return run('mvn', ['-B', '-q', '-f', pom, output, 'dependency:copy-dependencies']);
}

function formatTemplate(into) {
  const settings = join(into, 'template.properties');
  writeFileSync(
    settings,
    [
      'node.id=1',
      'process.roles=broker,controller',
      'controller.listener.names=CONTROLLER',
      'controller.quorum.voters=1@127.0.0.1:1',
      'listeners=PLAINTEXT://127.0.0.1:2,CONTROLLER://127.0.0.1:1',
      `log.dirs=${join(into, 'template')}`,
    ].join('\n'),
  );
  const format = [
    'kafka.tools.StorageTool',
    'format',
    '-t',
    'AAAAAAAAAAAAAAAAAAAAAQ',
    '-c',
    settings,
  ];
  return run('java', ['-cp', join(into, 'lib', '*'), ...format]);
}

/** Two processes may resolve the jars at once: the first to be done wins, and both results are the same. */
function moveUnlessThere(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

/** Runs a command and keeps its output for the error only. */
function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with ${code}:\n${output.slice(-2000)}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const jars = await ensureJars();
    if (jars === null) process.exitCode = NO_JAVA;
    else process.stdout.write(jars);
  } catch (error) {
    console.error(`The jars of Apache Kafka cannot be had: ${error.message}`);
    process.exitCode = 1;
  }
}
