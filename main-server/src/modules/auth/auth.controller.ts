import { Body, Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import type { MeResponse, SetupStateResponse } from '@codex-webapp/contracts';
import type { Response } from 'express';
import { CurrentUser, Public } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { AuthService } from './auth.service.ts';
import type { CookieAnswer } from './browser-logins.ts';
import { LoginDto } from './dto/login.dto.ts';
import { SetupDto } from './dto/setup.dto.ts';
import { SetupService } from './setup.service.ts';
import { CurrentVisitor, type Visitor } from './visitor.ts';

@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly setups: SetupService,
  ) {}

  @Public()
  @Get('setup')
  setupState(): Promise<SetupStateResponse> {
    return this.setups.state();
  }

  @Public()
  @Post('setup')
  async setUp(
    @CurrentVisitor() visitor: Visitor,
    @Body() dto: SetupDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MeResponse> {
    return answer(response, await this.setups.setUp(visitor, dto));
  }

  @Public()
  @HttpCode(200)
  @Post('login')
  async logIn(
    @CurrentVisitor() visitor: Visitor,
    @Body() dto: LoginDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MeResponse> {
    return answer(response, await this.auth.logIn(visitor, dto));
  }

  @HttpCode(204)
  @Post('logout')
  async logOut(@CurrentUser() user: AuthUser, @Res({ passthrough: true }) response: Response): Promise<void> {
    return answer(response, await this.auth.logOut(user));
  }

  @Get('me')
  me(@CurrentUser() user: AuthUser): Promise<MeResponse> {
    return this.auth.me(user);
  }
}

function answer<T>(response: Response, { body, cookies }: CookieAnswer<T>): T {
  response.append('set-cookie', [...cookies]);
  return body;
}
