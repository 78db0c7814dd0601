const FORM = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Whether it is a W3C trace context that a consumer can use; anything else is not passed on. */
export function isTraceParent(text: string): boolean {
  return (
    FORM.test(text) &&
    !text.startsWith('ff-') &&
    !text.startsWith(`00-${'0'.repeat(32)}`) &&
    text.slice(36, 52) !== '0'.repeat(16)
  );
}
