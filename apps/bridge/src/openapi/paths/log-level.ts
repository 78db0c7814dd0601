import type { Paths, Schema } from '../openapi.types.js';
import { answer, json, object, request } from '../parts.js';

const LEVEL: Schema = { type: 'string', enum: ['debug', 'info', 'warn', 'error'] };

const VIEW = object({
  level: LEVEL,
  configured: {
    ...LEVEL,
    description: 'What LOG_LEVEL says; the next start begins with it again.',
  },
});

export const logLevelPaths: Paths = {
  '/admin/log-level': {
    get: {
      id: 'logLevel',
      tag: 'Operation',
      summary: 'How much the log tells',
      answers: { 200: answer('The level.', VIEW, { level: 'info', configured: 'info' }) },
      problems: ['unknown_parameter'],
    },
    put: {
      id: 'changeLogLevel',
      tag: 'Operation',
      summary: 'Let the log tell more or less, until the next start',
      body: {
        required: true,
        content: json(request({ level: LEVEL }), { level: 'debug' }),
      },
      answers: { 200: answer('It does.', VIEW, { level: 'debug', configured: 'info' }) },
      problems: [
        'invalid_json',
        'json_too_deep',
        'invalid_utf8',
        'invalid_body',
        'unknown_parameter',
        'shutting_down',
        'storage_unavailable',
        'storage_full',
      ],
    },
  },
};
