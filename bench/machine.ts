import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../dev/project-root.js';

const PACKAGES = ['kafkajs', 'sqlite3', 'fastify', '@nestjs/core', 'typeorm'];

/** One line that says where and with what the figures were found. */
export function machine(now: Date): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  const packages = PACKAGES.map((name) => {
    const file = join(PROJECT_ROOT, 'node_modules', name, 'package.json');
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
    return `${name} ${version}`;
  });
  return (
    `${now.toISOString().slice(0, 10)}, ${availableParallelism()} cores (${model}), ${memory} GiB, ` +
    `Node ${process.versions.node}, ${packages.join(', ')}; three brokers, load and bridge on this one machine.`
  );
}
