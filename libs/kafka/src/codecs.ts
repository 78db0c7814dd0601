import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { blocksOf, toXerial } from './xerial-snappy.js';

/** How a batch of records can be written, in the words of `compression.type`. */
export const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
export type CodecName = (typeof CODECS)[number];

/** What `COMPRESSION` can be; `auto` decides for each request. */
export type Compression = 'none' | CodecName | 'auto';

type OneWay = (bytes: Buffer) => Promise<Buffer>;

/** Both ways in a thread of libuv's pool, never in the one that the bridge runs in. */
export interface Codec {
  readonly compress: OneWay;
  readonly decompress: OneWay;
}

/** Of `auto`: the size of gzip for a quarter of its time, see docs/performance/compression.md. */
export const AUTO_CODEC: CodecName = 'zstd';

type Snappy = Readonly<Record<'compress' | 'uncompress', OneWay>>;
type Lz4 = Readonly<Record<'compressFrame' | 'decompressFrame', OneWay>>;

type Load = (name: string) => unknown;

const loaded = new Map<CodecName, Codec>();

/**
 * Loaded when it is first asked for: three of them are programs of their own, and a machine for which one was not built
 * still has the others.
 * @throws Error when there is none for this machine.
 */
export function codecOf(name: CodecName, load: Load = createRequire(import.meta.url)): Codec {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const codec = made(name, load);
  loaded.set(name, codec);
  return codec;
}

/** Whether this machine can do it. */
export function hasCodec(compression: Compression, load?: Load): boolean {
  try {
    if (compression !== 'none') codecOf(compression === 'auto' ? AUTO_CODEC : compression, load);
    return true;
  } catch {
    return false;
  }
}

function made(name: CodecName, load: Load): Codec {
  switch (name) {
    case 'gzip':
      return { compress: promisify(zlib.gzip), decompress: promisify(zlib.gunzip) };
    case 'snappy': {
      const { compress, uncompress } = load('snappy') as Snappy;
      return {
        compress: async (bytes) => toXerial(await compress(bytes)),
        decompress: async (bytes) =>
          Buffer.concat(await Promise.all(blocksOf(bytes).map((block) => uncompress(block)))),
      };
    }
    case 'lz4': {
      const { compressFrame, decompressFrame } = load('lz4-napi') as Lz4;
      return { compress: compressFrame, decompress: decompressFrame };
    }
    case 'zstd':
      return load('@mongodb-js/zstd') as Codec;
    default: {
      const unknown: never = name;
      throw new Error(`no such codec: ${String(unknown)}`);
    }
  }
}
