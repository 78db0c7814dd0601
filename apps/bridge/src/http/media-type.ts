/** What a body is unless its route says otherwise. */
export const CONTROL_MEDIA_TYPES: readonly string[] = ['application/json'];

/** A media type without its parameters, in lower case; empty when there is none. */
export function essenceOf(contentType: string | undefined): string {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
