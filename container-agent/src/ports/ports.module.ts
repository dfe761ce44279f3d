import { Module } from '@nestjs/common';
import { PortsController } from './ports.controller.ts';
import { PortsService } from './ports.service.ts';

@Module({ controllers: [PortsController], providers: [PortsService] })
export class PortsModule {}
