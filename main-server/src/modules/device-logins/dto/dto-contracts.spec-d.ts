import type { DeviceLoginInputRequest, DeviceLoginWaitRequest } from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { DeviceLoginInputDto } from './device-login-input.dto.ts';
import type { DeviceLoginWaitDto } from './device-login-wait.dto.ts';

expectTypeOf<DeviceLoginInputDto>().toEqualTypeOf<DeviceLoginInputRequest>();
expectTypeOf<DeviceLoginWaitDto>().toEqualTypeOf<DeviceLoginWaitRequest>();
