import type { CompressionTypes } from 'kafkajs';
import type { AppendRequest } from './append.js';
import { AUTO_CODEC, codecOf, type Compression } from './codecs.js';
import { CompressionChoice, type TopicShare } from './compression-choice.js';
import { COMPRESSION_TYPES } from './kafkajs-codecs.js';

type TopicMessages = AppendRequest['topicMessages'][number];

/** Enough to tell how a topic's contents shrink, in a third of a millisecond. */
const SAMPLE_BYTES = 64 * 2 ** 10;

/** How each request of a producer is compressed. It outlives producers that are thrown away, with what it has learned. */
export class Compressor {
  private readonly choice = new CompressionChoice();

  constructor(private readonly compression: Compression) {}

  async typeFor({ topicMessages }: AppendRequest): Promise<CompressionTypes> {
    if (this.compression !== 'auto') return COMPRESSION_TYPES[this.compression];
    const shares = topicMessages.map(shareOf);
    const partitions = topicMessages.reduce((sum, one) => sum + partitionsOf(one), 0);
    if (!this.choice.isLargeEnough(shares, partitions)) return COMPRESSION_TYPES.none;
    const wanted = this.choice.toSample(shares);
    await Promise.all(
      topicMessages
        .filter(({ topic }) => wanted.includes(topic))
        .map((messages) => this.sample(messages)),
    );
    return COMPRESSION_TYPES[this.choice.isWorthwhile(shares) ? AUTO_CODEC : 'none'];
  }

  private async sample({ topic, messages }: TopicMessages): Promise<void> {
    const values: Buffer[] = [];
    let bytes = 0;
    for (const { value } of messages) {
      if (bytes >= SAMPLE_BYTES) break;
      if (!Buffer.isBuffer(value)) continue;
      values.push(value);
      bytes += value.length;
    }
    const taken = Buffer.concat(values, Math.min(bytes, SAMPLE_BYTES));
    const { length } = await codecOf(AUTO_CODEC).compress(taken);
    this.choice.learn(topic, taken.length, length);
  }
}

function shareOf({ topic, messages }: TopicMessages): TopicShare {
  return { topic, bytes: messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0) };
}

function partitionsOf({ messages }: TopicMessages): number {
  return new Set(messages.map(({ partition }) => partition)).size;
}
