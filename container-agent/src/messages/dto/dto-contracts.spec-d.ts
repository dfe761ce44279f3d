import type { QueuePromptRequest } from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { QueuePromptDto } from './queue-prompt.dto.ts';

// Run by hand there are no images: nothing puts them into the workspace.
expectTypeOf<QueuePromptDto>().toEqualTypeOf<Omit<QueuePromptRequest, 'images'>>();
