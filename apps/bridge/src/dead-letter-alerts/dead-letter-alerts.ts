import {
  Module,
  type DynamicModule,
  type INestMicroservice,
  type LoggerService,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Webhook } from '../alerting/index.js';
import type { BridgeConfig } from '../config/bridge.config.js';
import { ConfigurationError } from '../config/configuration.error.js';
import { kafkaOptions } from '../kafka-options.js';
import { LETTER_TIMES, LetterBox, type LetterTimes } from './letter-box.js';
import { LetterServer } from './letter-server.js';
import { lettersController } from './letters.controller.js';

/** What was read by whom is kept in Kafka under this name, with the topic's. */
const groupOf = (topic: string): string => `ponte-alerts-${topic}`;

@Module({})
class DeadLetterAlertsModule {
  static of(topic: string, box: LetterBox): DynamicModule {
    return {
      module: DeadLetterAlertsModule,
      controllers: [lettersController(topic)],
      // A factory, so that Nest ends what it has made.
      providers: [{ provide: LetterBox, useFactory: () => box }],
    };
  }
}

export interface DeadLetterAlerts {
  readonly app: INestMicroservice;
  readonly server: LetterServer;
}

/**
 * The consumer of the dead letter topic, which is a process of its own: it tells people although the bridge is down, and
 * of the letters of all bridges.
 * @throws ConfigurationError where nobody is named whom it could tell.
 */
export async function deadLetterAlerts(
  config: BridgeConfig,
  logger: LoggerService | false,
  gone: (error: Error) => void,
  times: LetterTimes = LETTER_TIMES,
): Promise<DeadLetterAlerts> {
  const { webhook } = config.alerts;
  if (webhook === null) {
    const reason = 'must be set: it is where people are told of dead letters';
    throw new ConfigurationError([{ variable: 'ALERT_WEBHOOK_URL', reason }]);
  }
  const { deadLetterTopic } = config.delivery;
  const box = new LetterBox(new Webhook(webhook), times);
  const kafka = kafkaOptions(config.kafka);
  const server = new LetterServer(kafka, groupOf(deadLetterTopic), gone);
  const app = await NestFactory.createMicroservice(
    DeadLetterAlertsModule.of(deadLetterTopic, box),
    {
      strategy: server,
      logger,
      abortOnError: false,
    },
  );
  return { app, server };
}
