import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { httpConfig } from './http.config.ts';

/** The origins browsers know us by: the app's, and one for each session. */
@Injectable()
export class PublicOrigin {
  private port: number;

  constructor(@Inject(httpConfig.KEY) private readonly config: ConfigType<typeof httpConfig>) {
    this.port = config.port;
  }

  /** Called once the port is known; matters where the system chose it. */
  listeningOn(port: number): void {
    this.port = port;
  }

  /** e.g. `http://localhost:3000` */
  get app(): string {
    return this.config.publicUrl ?? `http://localhost:${this.port}`;
  }

  /** Whether browsers talk TLS to us. */
  get isSecure(): boolean {
    return this.app.startsWith('https:');
  }

  /** Host name without a port below which each session has its own, e.g. `localhost`. */
  get sessionDomain(): string {
    return this.config.sessionDomain ?? new URL(this.app).hostname;
  }

  /** e.g. `http://<label>.localhost:3000` */
  ofSession(label: string): string {
    const { protocol, port } = new URL(this.app);
    return `${protocol}//${label}.${this.sessionDomain}${port === '' ? '' : `:${port}`}`;
  }
}
