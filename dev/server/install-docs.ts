import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CleanUps } from '../clean-ups.js';
import { portIsFree } from '../free-ports.js';
import { LocalKafka } from '../kafka/local-kafka.js';
import { PROJECT_ROOT } from '../project-root.js';
import { whyNoServer } from './debian-root.js';
import { run } from '../run.js';
import { Server } from './server.js';
import { KAFKA_HOST, KAFKA_PORTS, seen, shown, TOPIC, typed, withBlock } from './transcript.js';

/*
 * `npm run docs:install`: types the commands of docs/install.md on a new server, beside a real Kafka, and writes down what
 * stood on the screen.
 */

const BRIDGE_PORT = 8081;
const DOCUMENT = join(PROJECT_ROOT, 'docs', 'install.md');

const why = whyNoServer();
if (why !== null) throw new Error(`No server can be started here: ${why}`);
for (const port of [BRIDGE_PORT, ...KAFKA_PORTS])
  if (!(await portIsFree(port))) throw new Error(`Port ${port} of 127.0.0.1 is not free`);

const cleanUps = new CleanUps();
try {
  const release = join(PROJECT_ROOT, 'deploy', 'release', 'release.mjs');
  const archive = (await run(process.execPath, [release])).trim();
  const [kafka, server] = await Promise.all([
    LocalKafka.start({ ports: KAFKA_PORTS }),
    Server.boot(),
  ]);
  cleanUps.add(() => kafka.stop());
  cleanUps.add(() => server.stop());
  await kafka.createTopic(TOPIC);
  await server.run(`echo '127.0.0.1 ${KAFKA_HOST}' >> /etc/hosts`);
  await server.put(archive, `/root/${basename(archive)}`);

  let document = await readFile(DOCUMENT, 'utf8');
  const began = Date.now();
  for (const [name, commands] of [
    ['install', typed(basename(archive, '.tar.gz'))],
    ['see', seen()],
  ] as const) {
    const screen: string[] = [];
    for (const one of commands) screen.push(shown(one, await server.run(one.command)));
    if (name === 'install')
      console.log(`Delivered after ${Math.round((Date.now() - began) / 1000)} s`);
    document = withBlock(document, name, screen.join('\n'));
    console.log(screen.join('\n'));
  }
  if (!document.includes('"confirmed":true')) throw new Error('The record was not delivered');
  await writeFile(DOCUMENT, document);
} finally {
  await cleanUps.run();
}
process.exit();
