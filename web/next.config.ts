import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';

const repositoryRoot = fileURLToPath(new URL('..', import.meta.url));

const config: NextConfig = {
  // `standalone` makes the image of the separate web process small; `npm start` embeds Next and needs no copy.
  output: process.env.WEB_OUTPUT === 'standalone' ? 'standalone' : undefined,
  outputFileTracingRoot: repositoryRoot,
  turbopack: { root: repositoryRoot },
  transpilePackages: ['@codex-webapp/contracts', '@codex-webapp/ui'],
  poweredByHeader: false,
  // `npm run check` looks at types; a first start should not wait for it.
  typescript: { ignoreBuildErrors: true },
};

export default config;
