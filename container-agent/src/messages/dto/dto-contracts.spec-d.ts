import type { QueuePromptRequest } from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { QueuePromptDto } from './queue-prompt.dto.ts';

expectTypeOf<QueuePromptDto>().toEqualTypeOf<QueuePromptRequest>();
