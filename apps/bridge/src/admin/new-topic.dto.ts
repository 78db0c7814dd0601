import { IsInt, IsObject, IsString, Length, Max, Min, ValidateBy } from 'class-validator';

/** `POST /admin/topics`. */
export class NewTopicDto {
  @IsString() @Length(1, 249) topic = '';
  @IsInt() @Min(1) @Max(10_000) partitions = 3;
  @IsInt() @Min(1) @Max(15) replicationFactor = 2;
  @IsObject()
  @ValidateBy({
    name: 'isTopicConfig',
    validator: {
      validate: (value: unknown) => isTopicConfig(value),
      defaultMessage: () => 'config must hold at most 50 strings, numbers or booleans',
    },
  })
  config: Readonly<Record<string, string | number | boolean>> = {};
}

function isTopicConfig(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const values = Object.values(value);
  return (
    values.length <= 50 &&
    values.every((one) => ['string', 'number', 'boolean'].includes(typeof one))
  );
}
