import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Another language than the bridge's own in which a POST to a topic may come. */
export interface OtherLanguage {
  /** By the media type, and where that says nothing by the body. */
  claims(request: FastifyRequest): boolean;
  /** Stores the records and answers. @returns the body of the answer. */
  post(topic: string, request: FastifyRequest, reply: FastifyReply): Promise<unknown>;
}

/**
 * `POST /topics/:topic` is one route for several languages. Their features know the ingestion and not the other
 * way round, so each registers its own here at the start.
 */
@Injectable()
export class OtherLanguages {
  private readonly languages: OtherLanguage[] = [];

  add(language: OtherLanguage): void {
    this.languages.push(language);
  }

  /** Null: it is the bridge's own. */
  of(request: FastifyRequest): OtherLanguage | null {
    return this.languages.find((language) => language.claims(request)) ?? null;
  }
}
