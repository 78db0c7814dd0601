/** What a body is unless its route says otherwise. */
export const CONTROL_MEDIA_TYPES: readonly string[] = ['application/json'];

const EMBEDDED_FORMATS = ['json', 'binary', 'text', 'avro', 'jsonschema', 'protobuf'] as const;

/** The types of the Kafka REST Proxy's second version; clients of the first one say `v1` and mean the same. */
export const REST_PROXY_MEDIA_TYPES: readonly string[] = ['v1', 'v2'].flatMap((version) => [
  `application/vnd.kafka.${version}+json`,
  ...EMBEDDED_FORMATS.map((format) => `application/vnd.kafka.${format}.${version}+json`),
]);

/** A media type without its parameters, in lower case; empty when there is none. */
export function essenceOf(contentType: string | undefined): string {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
