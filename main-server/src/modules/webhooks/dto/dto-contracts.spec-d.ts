import type { StoreMessageRequest, SuggestTitleRequest } from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { StoreMessageDto } from './store-message.dto.ts';
import type { SuggestTitleDto } from './suggest-title.dto.ts';

expectTypeOf<StoreMessageDto>().toEqualTypeOf<StoreMessageRequest>();
expectTypeOf<SuggestTitleDto>().toEqualTypeOf<SuggestTitleRequest>();
