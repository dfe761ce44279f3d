import { Body, Controller, Delete, Get, HttpCode, Post, Put } from '@nestjs/common';
import type { DokploySettingsResponse, DokployTestResponse } from '@codex-webapp/contracts';
import { AdminOnly, CurrentUser } from '../../../common/access.decorator.ts';
import type { AuthUser } from '../../../common/auth-user.ts';
import { DokploySettingsService } from './dokploy-settings.service.ts';
import { SaveDokploySettingsDto } from './dto/save-dokploy-settings.dto.ts';

@AdminOnly()
@Controller('api/settings/dokploy')
export class DokploySettingsController {
  constructor(private readonly settings: DokploySettingsService) {}

  @Get()
  read(): Promise<DokploySettingsResponse> {
    return this.settings.read();
  }

  @Put()
  save(
    @CurrentUser() admin: AuthUser,
    @Body() dto: SaveDokploySettingsDto,
  ): Promise<DokploySettingsResponse> {
    return this.settings.save(admin, dto);
  }

  @Delete()
  remove(@CurrentUser() admin: AuthUser): Promise<DokploySettingsResponse> {
    return this.settings.remove(admin);
  }

  /** Tries what the body says, without keeping it. */
  @HttpCode(200)
  @Post('test')
  test(@Body() dto: SaveDokploySettingsDto): Promise<DokployTestResponse> {
    return this.settings.test(dto);
  }
}
