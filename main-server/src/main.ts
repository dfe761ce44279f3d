import { setFlagsFromString } from 'node:v8';

// V8 lets the heap grow to several times of what lives in it while much passes through: who floods us would decide how
// much memory we take.
setFlagsFromString('--heap-growing-percent=50');
// Nearly all that is loaded stays, which V8 takes for a sign of load: it would hold 32 MB ready for new objects, until a
// collection that an idle server may never see.
setFlagsFromString('--semi-space-growth-factor=1');
// Loaded after the flags, which hold from here on.
const { startMainServer } = await import('./start-main-server.ts');
// That room grows to about 8 MB while the server starts.
setFlagsFromString('--semi-space-growth-factor=2');
await startMainServer();
// And stays so: after a rush it would be twice as large for as long as the server is idle, and makes nothing faster.
setFlagsFromString('--semi-space-growth-factor=1');
