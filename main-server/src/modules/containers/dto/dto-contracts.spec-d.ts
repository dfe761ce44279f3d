import type { ReadContainerLogsRequest } from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { ReadLogsDto } from './read-logs.dto.ts';

expectTypeOf<ReadLogsDto>().toEqualTypeOf<ReadContainerLogsRequest>();
