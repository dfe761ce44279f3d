import { startContainerAgent } from './start-container-agent.ts';

await startContainerAgent();
