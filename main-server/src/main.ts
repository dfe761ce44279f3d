import { setFlagsFromString } from 'node:v8';

// Nearly all that a start makes stays, which V8 takes for a sign of load: it would hold 32 MB ready for new objects, until
// a collection that an idle server may never see.
setFlagsFromString('--semi-space-growth-factor=1');
// Loaded after the flag, since loading is most of what a start makes.
const { startMainServer } = await import('./start-main-server.ts');
await startMainServer();
// From here on there may be load.
setFlagsFromString('--semi-space-growth-factor=2');
