import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { httpConfig } from './http.config.ts';

/** The origins browsers know us by: the app's, and one for each session. */
@Injectable()
export class PublicOrigin {
  private parts: Pick<URL, 'host' | 'hostname' | 'origin' | 'port' | 'protocol'>;

  constructor(@Inject(httpConfig.KEY) private readonly config: ConfigType<typeof httpConfig>) {
    this.parts = this.partsAt(config.port);
  }

  /** Called once the port is known; matters where the system chose it. */
  listeningOn(port: number): void {
    this.parts = this.partsAt(port);
  }

  /** Of the app. Asked for with every request, so it is parsed once. */
  get url(): PublicOrigin['parts'] {
    return this.parts;
  }

  /** e.g. `http://localhost:3000` */
  get app(): string {
    return this.parts.origin;
  }

  /** Whether browsers talk TLS to us. */
  get isSecure(): boolean {
    return this.parts.protocol === 'https:';
  }

  /** Host name without a port below which each session has its own, e.g. `localhost`. */
  get sessionDomain(): string {
    return this.config.sessionDomain ?? this.parts.hostname;
  }

  /** e.g. `http://<label>.localhost:3000` */
  ofSession(label: string): string {
    const { protocol, port } = this.parts;
    return `${protocol}//${label}.${this.sessionDomain}${port === '' ? '' : `:${port}`}`;
  }

  /** Of a port of a session's container, e.g. `http://5173--<label>.localhost:3000` */
  ofPreview(label: string, previewPort: number): string {
    return this.ofSession(`${previewPort}--${label}`);
  }

  /** Every origin of a session or a preview, as a source of a Content-Security-Policy. */
  get anySession(): string {
    return this.ofSession('*');
  }

  /** Its parts as plain values: those of a URL are worked out anew at each look. */
  private partsAt(listeningPort: number): PublicOrigin['parts'] {
    const { host, hostname, origin, port, protocol } = new URL(
      this.config.publicUrl ?? `http://localhost:${listeningPort}`,
    );
    return { host, hostname, origin, port, protocol };
  }
}
