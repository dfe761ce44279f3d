import { createSecretKey } from 'node:crypto';
import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Secrets } from '../../database/secrets.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { UsersModule } from '../users/users.module.ts';
import { ApiTokenEntity } from './api-token.entity.ts';
import { ApiTokensController } from './api-tokens.controller.ts';
import { ApiTokensService } from './api-tokens.service.ts';
import { AuthController } from './auth.controller.ts';
import { AuthService } from './auth.service.ts';
import { BrowserLogins } from './browser-logins.ts';
import { CredentialsService } from './credentials.service.ts';
import { DeviceCookie } from './device-cookie.ts';
import { LoginCookie } from './login-cookie.ts';
import { LoginCookies } from './login-cookies.ts';
import { LoginExpiry } from './login-expiry.ts';
import { LoginThrottle } from './login-throttle.ts';
import { LoginEntity } from './login.entity.ts';
import { LoginsService } from './logins.service.ts';
import { PasswordCheck } from './password-check.ts';
import { SessionTokensService } from './session-tokens.service.ts';
import { SetupLink } from './setup-link.ts';
import { SetupService } from './setup.service.ts';

@Module({
  imports: [
    TypeOrmModule.forFeature([LoginEntity, ApiTokenEntity]),
    JwtModule.registerAsync({
      inject: [Secrets],
      // A key object: given a string, each check would first try to read it as a certificate.
      useFactory: ({ jwtSecret }: Secrets) => ({ secret: createSecretKey(jwtSecret, 'utf8') }),
    }),
    AuditModule,
    UsersModule,
  ],
  controllers: [AuthController, ApiTokensController],
  providers: [
    AuthService,
    ApiTokensService,
    BrowserLogins,
    CredentialsService,
    DeviceCookie,
    LoginCookie,
    LoginCookies,
    LoginExpiry,
    LoginThrottle,
    LoginsService,
    PasswordCheck,
    SessionTokensService,
    SetupLink,
    SetupService,
  ],
  exports: [CredentialsService, LoginCookie, LoginsService, SessionTokensService, SetupService],
})
export class AuthModule {}
