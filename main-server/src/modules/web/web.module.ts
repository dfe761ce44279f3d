import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { FrontDoorModule } from '../front-door/front-door.module.ts';
import { WebPages } from './web-pages.ts';
import { webConfig } from './web.config.ts';

@Module({
  imports: [ConfigModule.forFeature(webConfig), FrontDoorModule],
  providers: [WebPages],
})
export class WebModule {}
