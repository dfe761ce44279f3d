export const portLimits = {
  /** Ports in one answer. */
  listMax: 200,
} as const;

/** A TCP port that a program of the session listens on. */
export interface ListeningPort {
  readonly port: number;
  /** The program's name; null where the system does not tell. */
  readonly processName: string | null;
  /** Whether it can be opened as a preview; not when it listens on another address than loopback or all of them. */
  readonly canPreview: boolean;
}

/** `GET /api/ports`: by number. */
export interface PortListResponse {
  readonly ports: readonly ListeningPort[];
}

/** `POST /api/previews/:port/ticket`, answered by the front door. */
export interface PreviewTicketResponse {
  /** Where the port is shown. */
  readonly origin: string;
  /** Opens it, once and within 30 s, in whichever frame or tab goes there. */
  readonly url: string;
}
