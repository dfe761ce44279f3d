import type { AuthFileRequest, RenewLeaseRequest, SaveCredentialRequest } from '@codex-webapp/contracts';
import { expectTypeOf } from 'expect-type';
import type { RenewLeaseDto } from './renew-lease.dto.ts';
import type { AuthFileDto, SaveCredentialDto } from './save-credential.dto.ts';

expectTypeOf<AuthFileDto>().toEqualTypeOf<AuthFileRequest>();
expectTypeOf<SaveCredentialDto>().toEqualTypeOf<SaveCredentialRequest>();
expectTypeOf<RenewLeaseDto>().toEqualTypeOf<RenewLeaseRequest>();
