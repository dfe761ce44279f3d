import type { PreviewTicketResponse } from '@codex-webapp/contracts';
import { postTicket, type PageHost, type SessionPage } from './session-page.ts';

/** A browser on the origin of a preview, with the cookie that lets it in. */
export type PreviewPage = Readonly<Record<'origin' | 'host' | 'cookie', string>>;

export async function previewTicketFor(
  from: SessionPage,
  port: number,
): Promise<{ readonly origin: string; readonly ticket: string }> {
  const answer = await from.ask({ method: 'POST', path: `/api/previews/${port}/ticket` });
  const { origin, url } = JSON.parse(answer.body) as PreviewTicketResponse;
  return { origin, ticket: new URL(url).hash.slice(1) };
}

/** What a frame or a tab does that opens a preview. */
export async function enterPreview(
  app: Pick<PageHost, 'url'>,
  from: SessionPage,
  port: number,
): Promise<PreviewPage> {
  const { origin, ticket } = await previewTicketFor(from, port);
  const { host } = new URL(origin);
  const answer = await postTicket(app, host, ticket);
  if (answer.status !== 204) throw new Error(`Not entered: ${answer.status}`);
  return { origin, host, cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '' };
}
