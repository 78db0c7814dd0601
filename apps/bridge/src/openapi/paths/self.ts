import type { Paths, Response } from '../openapi.types.js';

const page = (description: string, mediaType: string): Response => ({
  description,
  content: { [mediaType]: { schema: { type: 'string' } } },
});

export const selfPaths: Paths = {
  '/openapi.json': {
    get: {
      id: 'openapi',
      tag: 'Documentation',
      open: true,
      summary: 'This document',
      answers: {
        200: {
          description: 'OpenAPI 3.1.',
          content: { 'application/json': { schema: { type: 'object' } } },
        },
      },
      problems: ['unknown_parameter'],
    },
  },
  '/docs': {
    get: {
      id: 'docs',
      tag: 'Documentation',
      open: true,
      summary: 'A page to read this document and to try it',
      answers: { 200: page('The page.', 'text/html') },
      problems: [],
    },
  },
  '/docs/docs.js': {
    get: {
      id: 'docsScript',
      tag: 'Documentation',
      open: true,
      summary: 'The script of the page',
      answers: { 200: page('The script.', 'text/javascript') },
      problems: [],
    },
  },
  '/docs/docs.css': {
    get: {
      id: 'docsStyle',
      tag: 'Documentation',
      open: true,
      summary: 'The style of the page',
      answers: { 200: page('The style.', 'text/css') },
      problems: [],
    },
  },
};
