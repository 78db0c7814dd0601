// `node --import ./test/support/typescript.mjs program.ts` runs a TypeScript source of the project as it is,
// for tests that need another process to kill.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { transform } from '@swc/core';

// The hooks live in a thread of their own, which loads this file again.
if (isMainThread) register(import.meta.url);

const LIBRARY = /^@bridge\/(outbox|kafka|metrics)$/;
const LIBRARIES = new URL('../../libs/', import.meta.url);

export async function resolve(specifier, context, next) {
  const library = LIBRARY.exec(specifier)?.[1];
  if (library !== undefined) return next(new URL(`${library}/src/index.ts`, LIBRARIES).href);
  if (/^\.{1,2}\/.*\.js$/.test(specifier)) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(source)) return next(source.href, context);
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const filename = fileURLToPath(url);
  const { code } = await transform(await readFile(filename, 'utf8'), {
    filename,
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      target: 'es2022',
    },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  });
  return { format: 'module', source: code, shortCircuit: true };
}
