import type { ReadContainerLogsRequest } from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { FollowLogsDto } from './follow-logs.dto.ts';

expectTypeOf<FollowLogsDto>().toEqualTypeOf<ReadContainerLogsRequest>();
