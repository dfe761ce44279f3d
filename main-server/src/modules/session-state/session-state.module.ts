import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.ts';
import { ContainerIdentityService } from './container-identity.service.ts';
import { SessionStateService } from './session-state.service.ts';
import { SessionStore } from './session-store.ts';
import { SessionEntity } from './session.entity.ts';

@Module({
  imports: [TypeOrmModule.forFeature([SessionEntity]), AuthModule],
  providers: [SessionStateService, SessionStore, ContainerIdentityService],
  exports: [SessionStateService, SessionStore, ContainerIdentityService],
})
export class SessionStateModule {}
