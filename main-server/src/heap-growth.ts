import { setFlagsFromString } from 'node:v8';

// V8 lets the heap grow to several times of what lives in it while much passes through: who floods us would decide how
// much memory we take. It looks at this early, so it is set before anything else is loaded.
setFlagsFromString('--heap-growing-percent=50');
