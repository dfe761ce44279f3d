import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '@codex-webapp/nest-kit';
import { LoginsService } from './logins.service.ts';

const everyMs = 30_000;

/** Ends logins whose time is over, also those nobody uses any more. */
@Injectable()
export class LoginExpiry implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(LoginExpiry.name);
  private cancel: () => void = () => undefined;
  private isStopped = false;

  constructor(
    private readonly logins: LoginsService,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    this.cancel();
  }

  private schedule(): void {
    if (this.isStopped) return;
    this.cancel = this.clock.schedule(everyMs, () => void this.run());
  }

  private async run(): Promise<void> {
    try {
      await this.logins.endExpired();
    } catch (error) {
      this.logger.error({ msg: 'Logins could not be ended', err: error });
    }
    this.schedule();
  }
}
