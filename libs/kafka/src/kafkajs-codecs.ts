import kafkajs from 'kafkajs';
import { CODECS, codecOf, type CodecName } from './codecs.js';

/** kafkajs' name of each. */
export const COMPRESSION_TYPES = {
  none: kafkajs.CompressionTypes.None,
  gzip: kafkajs.CompressionTypes.GZIP,
  snappy: kafkajs.CompressionTypes.Snappy,
  lz4: kafkajs.CompressionTypes.LZ4,
  zstd: kafkajs.CompressionTypes.ZSTD,
} as const;

/** What kafkajs hands over to be compressed. */
interface Encoder {
  readonly buffer: Buffer;
}

/** kafkajs has gzip alone by itself: with these it also reads what other producers wrote. For the whole process. */
export function registerCodecs(): void {
  const registry = kafkajs.CompressionCodecs as Record<number, unknown>;
  for (const name of CODECS) registry[COMPRESSION_TYPES[name]] = () => forKafkaJs(name);
}

function forKafkaJs(name: CodecName) {
  const codec = codecOf(name);
  return {
    compress: (encoder: Encoder) => codec.compress(encoder.buffer),
    decompress: (bytes: Buffer) => codec.decompress(bytes),
  };
}
