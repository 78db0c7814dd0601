import type { DeliveryMode } from '@bridge/outbox';
import type { BridgeConfig } from './bridge.config.js';

/** What is configured a topic, by the topic's name as it is spelt in variables. */
export interface TopicOverrides {
  readonly delivery: ReadonlyMap<string, DeliveryMode>;
  readonly pointer: ReadonlyMap<string, readonly string[]>;
}

/** A topic's name as it stands in a variable: capitals, what is not a letter or digit as `_`. */
export function variableNameOf(topic: string): string {
  return topic.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}

/** The topic's own setting where there is one, else the general one. */
export function topicRules(
  general: {
    readonly delivery: DeliveryMode;
    readonly pointer: readonly string[] | null;
  },
  overrides: TopicOverrides,
): BridgeConfig['topics'] {
  return {
    deliveryOf: (topic) =>
      overrides.delivery.size === 0
        ? general.delivery
        : (overrides.delivery.get(variableNameOf(topic)) ?? general.delivery),
    messageIdPointerOf: (topic) =>
      overrides.pointer.size === 0
        ? general.pointer
        : (overrides.pointer.get(variableNameOf(topic)) ?? general.pointer),
  };
}
