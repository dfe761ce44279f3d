import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
export const mainServer = path.join(root, 'main-server/dist/main.js');
export const containerAgent = path.join(root, 'container-agent/dist/main.js');
export const resultsFolder = path.join(root, 'bench/results');
