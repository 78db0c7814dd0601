/** What a body is unless its route says otherwise. */
export const CONTROL_MEDIA_TYPES: readonly string[] = ['application/json'];

/** Of what a key or a value is made; the empty one says nothing of it. */
const FORMATS = ['', '.json', '.binary', '.text', '.avro', '.jsonschema', '.protobuf'] as const;
/** Clients of the first version, and those that name none, mean the same. */
const VERSIONS = ['.v2', '.v1', ''] as const;

/** The types of the Kafka REST Proxy's second version. */
export const REST_PROXY_MEDIA_TYPES: readonly string[] = VERSIONS.flatMap((version) =>
  FORMATS.map((format) => `application/vnd.kafka${format}${version}+json`),
);

/** A media type without its parameters, in lower case; empty when there is none. */
export function essenceOf(contentType: string | undefined): string {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
