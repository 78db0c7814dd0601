import { Controller, type Type } from '@nestjs/common';
import { Ctx, EventPattern, Payload, Transport, type KafkaContext } from '@nestjs/microservices';
import { LetterBox } from './letter-box.js';

/** Listens to the dead letter topic, whose name is known only when the configuration was read. */
export function lettersController(deadLetterTopic: string): Type {
  @Controller()
  class LettersController {
    constructor(private readonly box: LetterBox) {}

    @EventPattern(deadLetterTopic, Transport.KAFKA)
    take(@Payload() _nothing: unknown, @Ctx() given: unknown): void {
      const context = given as KafkaContext;
      const { offset, headers = {} } = context.getMessage();
      const letter = {
        partition: context.getPartition(),
        offset: BigInt(offset),
        topic: String(headers['original-topic']),
        code: String(headers['error-code']),
      };
      this.box.put(letter, (positions) =>
        context
          .getConsumer()
          .commitOffsets(positions.map((one) => ({ topic: deadLetterTopic, ...one }))),
      );
    }
  }
  return LettersController;
}
