import { readFileSync } from 'node:fs';
import { Controller, Get, Header, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuseQuery } from '../http/index.js';
import { openApiDocument } from './document.js';

/** Nothing from elsewhere, nothing inline: whatever a record's name holds, it cannot run here. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** They say what every copy of this program says. */
const PUBLIC = { needs: 'nothing' } as const;

const JSON_TYPE = 'application/json; charset=utf-8';

/** Read once: three small files that are part of the program. */
const pageFile = (name: string): string =>
  readFileSync(new URL(`page/${name}`, import.meta.url), 'utf8');

/** What the bridge says of itself, and a page to try it. Works without a network: all of it comes from here. */
@Controller()
export class OpenApiController {
  private readonly document = JSON.stringify(openApiDocument());
  private readonly page = pageFile('index.html');
  private readonly script = pageFile('docs.js');
  private readonly style = pageFile('docs.css');

  @Get('openapi.json')
  @RouteConfig(PUBLIC)
  @Header('content-type', JSON_TYPE)
  openapi(@Req() request: FastifyRequest): string {
    refuseQuery(request);
    return this.document;
  }

  @Get('docs')
  @RouteConfig(PUBLIC)
  docs(@Res({ passthrough: true }) reply: FastifyReply): string {
    return safe(reply, 'text/html', this.page);
  }

  @Get('docs/docs.js')
  @RouteConfig(PUBLIC)
  docsScript(@Res({ passthrough: true }) reply: FastifyReply): string {
    return safe(reply, 'text/javascript', this.script);
  }

  @Get('docs/docs.css')
  @RouteConfig(PUBLIC)
  docsStyle(@Res({ passthrough: true }) reply: FastifyReply): string {
    return safe(reply, 'text/css', this.style);
  }
}

function safe(reply: FastifyReply, type: string, body: string): string {
  reply
    .header('content-security-policy', POLICY)
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-cache')
    .type(`${type}; charset=utf-8`);
  return body;
}
