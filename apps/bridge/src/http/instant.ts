import { ValidateBy } from 'class-validator';

/** A moment as epoch milliseconds or as ISO 8601 with its zone; null when it is neither. */
export function parseInstant(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : null;
  if (typeof value !== 'string') return null;
  if (/^\d{1,15}$/.test(value)) return Number(value);
  if (
    !/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(
      value,
    )
  ) {
    return null;
  }
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : at;
}

/** The rule for `from` and `to`. */
export function IsInstant(): PropertyDecorator {
  return ValidateBy({
    name: 'isInstant',
    validator: {
      validate: (value: unknown) => parseInstant(value) !== null,
      defaultMessage: (facts) =>
        `${facts?.property} must be epoch milliseconds or ISO 8601 with its zone`,
    },
  });
}
