import { createRequire } from 'node:module';
import { expectFunction } from './expect-function.js';
import { encodeRecords, recordBatch, type BatchMessage } from './record-batch.js';

/** What kafkajs makes a produce request from. */
export interface ProduceRequest {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null | undefined;
  /** Its own 64-bit number, which prints as one. */
  readonly producerId?: { toString: () => string };
  readonly producerEpoch?: number;
  readonly compression?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence?: number;
      readonly messages: readonly BatchMessage[];
    }[];
  }[];
}

/** kafkajs' `Encoder`, as far as it asks for it: of a request, and of what a codec compresses. */
interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

interface Compression {
  readonly lookupCodec: (type: number) => { compress: (encoded: Encoded) => Promise<Buffer> };
}

interface Protocol {
  readonly request: object;
  readonly response: unknown;
}

interface ProduceApi {
  protocol: (asked: { readonly version: number }) => (request: ProduceRequest) => Protocol;
}

const require = createRequire(import.meta.url);
/** The first version that has batches of records; the later ones that kafkajs knows are written in the same way. */
const FIRST_VERSION = 3;

/** Replaces how kafkajs writes down what it sends to Kafka: byte for byte the same, for a part of the CPU. */
export function encodeProduceRequests(): void {
  const api = require('kafkajs/src/protocol/requests/produce') as ProduceApi;
  const { lookupCodec } = require('kafkajs/src/protocol/message/compression') as Compression;
  const crc32c = require('kafkajs/src/protocol/recordBatch/crc32C/crc32C') as (b: Buffer) => number;
  const encode = encoderWith(expectFunction(lookupCodec), expectFunction(crc32c));
  const original = expectFunction(api.protocol);
  api.protocol = ({ version }) => {
    const made = original({ version });
    if (version < FIRST_VERSION) return made;
    return (asked) => {
      const { request, response } = made(asked);
      return { request: { ...request, encode: () => encode(asked) }, response };
    };
  };
}

export function encoderWith(
  lookupCodec: Compression['lookupCodec'],
  crc32c: (bytes: Buffer) => number,
): (request: ProduceRequest) => Promise<Encoded> {
  return async ({ acks, timeout, transactionalId = null, topicData, ...of }) => {
    const compression = of.compression ?? 0;
    const header = {
      producerId: BigInt(of.producerId?.toString() ?? -1),
      producerEpoch: of.producerEpoch ?? 0,
      isTransactional: transactionalId !== null,
      compression,
    };
    const parts: Buffer[] = [text(transactionalId), int16(acks), int32(timeout)];
    parts.push(int32(topicData.length));
    for (const { topic, partitions } of topicData) {
      parts.push(text(topic), int32(partitions.length));
      for (const { partition, messages, firstSequence = 0 } of partitions) {
        const records = encodeRecords(messages, Date.now());
        const { bytes } = records;
        const body =
          compression === 0
            ? bytes
            : await lookupCodec(compression).compress({ buf: bytes, buffer: bytes });
        const batch = recordBatch(records, body, { ...header, firstSequence }, crc32c);
        parts.push(int32(partition), int32(batch.length), batch);
      }
    }
    const buffer = Buffer.concat(parts);
    return { buf: buffer, buffer };
  };
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string | null): Buffer {
  if (value === null) return int16(-1);
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}
