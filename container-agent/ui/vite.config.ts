import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const contracts = fileURLToPath(new URL('../../libs/contracts/src', import.meta.url));

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: [
      { find: /^@codex-webapp\/contracts$/, replacement: `${contracts}/index.ts` },
      { find: /^@codex-webapp\/contracts\/(.*)$/, replacement: `${contracts}/$1/index.ts` },
    ],
  },
  build: {
    // The page's Content-Security-Policy allows neither inline scripts nor data: URLs.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
