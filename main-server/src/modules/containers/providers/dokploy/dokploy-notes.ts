import { registryOf } from './dokploy-connection.ts';

/** What Dokploy's API cannot set, for whoever chooses it. */
export const limitsNote =
  'Dokploy cannot take capabilities away, limit processes or make the root file system read-only. A session is kept ' +
  'from others by a network of its own, and has limits on memory and CPU.';

export const notSetUp =
  'Dokploy is not set up. An administrator does that on the Dokploy page, or with DOKPLOY_BASE_URL and DOKPLOY_API_KEY.';

export const mainUrlNote =
  'Containers on another server need an address for this one. Set MAIN_APP_URL to where they reach its listener for containers, e.g. https://agents-link.example.com.';

/** What is wrong with the image; null for one that Dokploy can pull. */
export function imageNote(image: string | null): string | null {
  if (image === null) {
    return 'Dokploy needs CONTAINER_IMAGE: an image in a registry, e.g. ghcr.io/you/codex-session:1.';
  }
  if (registryOf(image) !== null) return null;
  return `CONTAINER_IMAGE names no registry, so Dokploy cannot pull ${image}. Write it with its host, e.g. ghcr.io/you/… or docker.io/you/….`;
}
