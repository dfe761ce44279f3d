import type { OpenSource } from '@codex-webapp/ui/conversation';
import { loneBridge, PageBridge, type Bridge } from '../../lib/bridge.ts';
import { loadSessionConfig } from '../../lib/session-config.ts';
import { pollingSource, socketSource } from './open-source.ts';

/** Where this page runs. */
export type Start =
  | { readonly kind: 'failed'; readonly message: string }
  /** A session origin opened in a tab of its own: it has no page that could vouch for it. */
  | { readonly kind: 'outside'; readonly url: string }
  /** In the app's frame, or by hand. */
  | {
      readonly kind: 'ready';
      readonly bridge: Bridge;
      readonly openSource: OpenSource;
      readonly isFramed: boolean;
    };

/** Never rejects. */
export async function findStart(): Promise<Start> {
  try {
    return await askForStart();
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : 'Reload the page.' };
  }
}

async function askForStart(): Promise<Start> {
  const config = await loadSessionConfig();
  if (config === null)
    return { kind: 'ready', bridge: loneBridge, openSource: pollingSource, isFramed: false };
  const { appOrigin, sessionId } = config;
  if (window.parent === window) {
    return { kind: 'outside', url: `${appOrigin}/sessions/${encodeURIComponent(sessionId)}` };
  }
  const bridge = new PageBridge({ self: window, parent: window.parent, appOrigin });
  return { kind: 'ready', bridge, openSource: socketSource(bridge, sessionId), isFramed: true };
}
