import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { DomainErrorFilter } from './domain-error.filter.ts';
import { createSchemaPipe, createValidationPipe } from './request-validation.ts';

/** Errors and validation of a REST API, as global providers so that a test's app has them too. */
@Module({
  providers: [
    { provide: APP_FILTER, useClass: DomainErrorFilter },
    { provide: APP_PIPE, useFactory: createValidationPipe },
    { provide: APP_PIPE, useFactory: createSchemaPipe },
  ],
})
export class RestModule {}
