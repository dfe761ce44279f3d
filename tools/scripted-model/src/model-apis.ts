import type { ModelApi } from './model-api.ts';
import { openaiResponses } from './openai-responses/openai-responses.api.ts';

export const modelApis: readonly ModelApi[] = [openaiResponses];
