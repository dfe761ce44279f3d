// Puts the built program and the packages it uses into a few files, in place of dist/start-container-agent.js.
import { fileURLToPath } from 'node:url';
import { packApp } from '../scripts/pack-app.mjs';

await packApp({
  entry: fileURLToPath(new URL('dist/start-container-agent.js', import.meta.url)),
  start: 'startContainerAgent',
  // Nest asks for them only where they are used; native programs stay files.
  leftOut:
    /^(@nestjs\/microservices|@nestjs\/platform-socket\.io|bufferutil|utf-8-validate|@lydell\/node-pty|@xterm\/[\w-]+|file-type)(\/|$)/,
  // Decorators that do nothing: the document of the API is made from the unpacked program.
  alias: {
    '@nestjs/swagger': fileURLToPath(
      new URL('../node_modules/@nestjs/swagger/dist/extra/swagger-shim.js', import.meta.url),
    ),
  },
});
