import { Module } from '@nestjs/common';
import { Meters } from '@bridge/metrics';

/** The instruments of this process, made once: whoever does something measures it there. */
@Module({ providers: [{ provide: Meters, useFactory: () => new Meters() }], exports: [Meters] })
export class MetersModule {}
