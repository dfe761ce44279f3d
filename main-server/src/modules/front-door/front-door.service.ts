import { Injectable } from '@nestjs/common';
import { refuseUpgrade } from '@codex-webapp/nest-kit';
import { answerError } from './answers.ts';
import type { AppPages } from './app-pages.ts';
import { HostRouter } from './host-router.ts';
import { takeOver, type HttpServer } from './server-takeover.ts';
import { TunnelEndpoint } from './tunnel/tunnel-endpoint.ts';

/** Stands before everything else on the two listeners. */
@Injectable()
export class FrontDoorService {
  constructor(
    private readonly router: HostRouter,
    private readonly tunnels: TunnelEndpoint,
  ) {}

  /** The public listener: every request and upgrade is decided by its Host first. */
  attach(server: HttpServer): void {
    takeOver(server, {
      request: (request, response, pass) => {
        try {
          const answered = this.router.request(request, response, pass);
          if (answered instanceof Promise) {
            answered.catch((error: unknown) => answerError(response, error));
          }
        } catch (error) {
          answerError(response, error);
        }
      },
      upgrade: (request, socket, head, pass) => {
        // Without a listener the error of a peer that went away would end the process.
        socket.on('error', () => socket.destroy());
        this.router
          .upgrade(request, socket, head, pass)
          .catch((error: unknown) => refuseUpgrade(socket, error));
      },
    });
  }

  /** The containers' listener: takes their tunnels and passes everything else on. */
  attachContainers(server: HttpServer): void {
    takeOver(server, {
      upgrade: (request, socket, head, pass) => {
        const sessionId = this.tunnels.sessionOf(request.url);
        if (sessionId === null) return pass();
        socket.on('error', () => socket.destroy());
        void this.tunnels.upgrade(request, socket, head, sessionId);
      },
    });
  }

  /** Says who answers pages on the app's own hosts. */
  servePages(pages: AppPages): void {
    this.router.pages = pages;
  }
}
