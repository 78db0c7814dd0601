import { Injectable } from '@nestjs/common';
import { answerOf, type Answer } from './answer.js';
import { Intake } from './intake.js';
import { RecordReader } from './record-reader.js';
import type { Submission } from './submission.js';

/** Takes one POST from its bytes to its answer: read, take in, answer. */
@Injectable()
export class IngestionService {
  constructor(
    private readonly reader: RecordReader,
    private readonly intake: Intake,
  ) {}

  /** @throws ProblemError, OutboxError: nothing is stored. Whatever is stored is answered with a success. */
  async post(submission: Submission): Promise<Answer> {
    const { preference, startedAt, releaseBody } = submission;
    const reading = await this.reader.read(submission);
    const patience = { waitMs: preference.waitMs, startedAt, releaseBody };
    const records = await this.intake.take(reading, patience);
    const durationMs = performance.now() - startedAt;
    return answerOf({ records, many: reading.many, preference, durationMs });
  }
}
