import { Injectable } from '@nestjs/common';
import { answerOf, type Answer } from './answer.js';
import { Intake, type Reading } from './intake.js';
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
  async post(topic: string, submission: Submission): Promise<Answer> {
    return this.take(await this.reader.read(topic, submission), submission);
  }

  /** Records of several topics that consumers see all together or not at all. @throws as `post`. */
  async postTransaction(submission: Submission): Promise<Answer> {
    return this.take(await this.reader.readTransaction(submission), submission);
  }

  private async take(reading: Reading, submission: Submission): Promise<Answer> {
    const { preference, startedAt, releaseBody } = submission;
    const patience = { waitMs: preference.waitMs, startedAt, releaseBody };
    const records = await this.intake.take(reading, patience);
    const durationMs = performance.now() - startedAt;
    const { many, records: read } = reading;
    const transactionId = read[0]?.transaction?.id ?? null;
    return answerOf({ records, many, transactionId, preference, durationMs });
  }
}
