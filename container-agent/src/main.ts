import { setFlagsFromString } from 'node:v8';

// A session's program waits most of its life, and there is one per session: memory before speed of the first seconds.
setFlagsFromString('--optimize-for-size');

// Loaded after the flags, which hold for what is compiled from here on.
const { startContainerAgent } = await import('./start-container-agent.ts');
await startContainerAgent();
