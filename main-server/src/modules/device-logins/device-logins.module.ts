import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { AuditModule } from '../audit/audit.module.ts';
import { ContainersModule } from '../containers/containers.module.ts';
import { credentialsConfig } from '../credentials/credentials.config.ts';
import { CredentialsModule } from '../credentials/credentials.module.ts';
import { DeviceLoginGateway } from './device-login.gateway.ts';
import { DeviceLoginRunner } from './device-login-runner.ts';
import { DeviceLoginWaits } from './device-login-waits.ts';
import { DeviceLogins } from './device-logins.ts';
import { DeviceLoginsController } from './device-logins.controller.ts';
import { DeviceLoginsService } from './device-logins.service.ts';

/** Logins of agents that their own programs make, each in a container of minutes. */
@Module({
  imports: [ConfigModule.forFeature(credentialsConfig), AuditModule, ContainersModule, CredentialsModule],
  controllers: [DeviceLoginsController],
  providers: [DeviceLoginGateway, DeviceLoginRunner, DeviceLoginWaits, DeviceLogins, DeviceLoginsService],
})
export class DeviceLoginsModule {}
