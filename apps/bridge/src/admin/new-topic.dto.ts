import {
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
} from 'class-validator';

/** `POST /admin/topics`; the names with an underscore are those of Strimzi's bridge, and go before the others. */
export class NewTopicDto {
  @ValidateIf(({ topic_name: other }: NewTopicDto) => other === undefined)
  @IsString()
  @Length(1, 249)
  topic = '';
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
  @IsOptional() @IsString() @Length(1, 249) topic_name: string | undefined = undefined;
  @IsOptional() @IsInt() @Min(1) @Max(10_000) partitions_count: number | undefined = undefined;
  @IsOptional() @IsInt() @Min(1) @Max(15) replication_factor: number | undefined = undefined;
}

function isTopicConfig(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const values = Object.values(value);
  return (
    values.length <= 50 &&
    values.every((one) => ['string', 'number', 'boolean'].includes(typeof one))
  );
}
