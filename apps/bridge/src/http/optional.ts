import { ValidateIf } from 'class-validator';

/** The field may be absent. class-validator's own rule lets null through, too, which is no value of any field. */
export const MayBeAbsent = (): PropertyDecorator =>
  ValidateIf((_object, value: unknown) => value !== undefined);
