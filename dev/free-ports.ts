import { randomInt } from 'node:crypto';
import net from 'node:net';

/** Below the range that the kernel gives to outgoing connections, so that no client takes a port of ours meanwhile. */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 400;

/** Different ports of 127.0.0.1 that nobody listens on at the moment. @throws Error when they cannot be found. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; tries < TRIES && found.size < count; tries++) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await portIsFree(port)) found.add(port);
  }
  if (found.size < count) {
    throw new Error(`No ${count} free ports between ${LOWEST} and ${HIGHEST} on 127.0.0.1.`);
  }
  return [...found];
}

export function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
