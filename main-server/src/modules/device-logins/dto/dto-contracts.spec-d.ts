import type { DeviceLoginInputRequest, DeviceLoginQuery } from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { DeviceLoginInputDto } from './device-login-input.dto.ts';
import type { DeviceLoginQueryDto } from './device-login.query.ts';

expectTypeOf<DeviceLoginInputDto>().toEqualTypeOf<DeviceLoginInputRequest>();
expectTypeOf<DeviceLoginQueryDto>().toEqualTypeOf<DeviceLoginQuery>();
