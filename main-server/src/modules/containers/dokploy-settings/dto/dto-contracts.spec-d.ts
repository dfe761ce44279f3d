import type { SaveDokploySettingsRequest } from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { SaveDokploySettingsDto } from './save-dokploy-settings.dto.ts';

expectTypeOf<SaveDokploySettingsDto>().toEqualTypeOf<SaveDokploySettingsRequest>();
