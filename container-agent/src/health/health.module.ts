import { Module } from '@nestjs/common';
import { MainLinkModule } from '../main-link/main-link.module.ts';
import { TurnsModule } from '../turns/turns.module.ts';
import { HealthController } from './health.controller.ts';

@Module({ imports: [MainLinkModule, TurnsModule], controllers: [HealthController] })
export class HealthModule {}
