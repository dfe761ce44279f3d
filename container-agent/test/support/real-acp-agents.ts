import path from 'node:path';
import { findOnPath } from '../../src/process/find-on-path.ts';

export type RealAcpAgent = 'gemini' | 'opencode' | 'qwen';

/** Whether it is installed, and has a Node it runs on. `npm test` puts the tested versions on PATH. */
export async function canRun(id: RealAcpAgent): Promise<boolean> {
  const hasNode = id !== 'qwen' || process.env['NEWER_NODE_PATH'] !== undefined || isNodeNew;
  return hasNode && (await findOnPath(id, process.env['PATH'])) !== null;
}

const isNodeNew = Number(process.versions.node.split('.')[0]) >= 22;

/** What lets a real agent talk to the scripted model, and to nobody else. */
export function environmentFor(id: RealAcpAgent, modelUrl: string): NodeJS.ProcessEnv {
  switch (id) {
    case 'gemini':
      return {
        PATH: process.env['PATH'],
        GEMINI_API_KEY: 'sk-scripted',
        GOOGLE_GEMINI_BASE_URL: modelUrl,
        // Without one it asks a model which model to ask.
        GEMINI_MODEL: 'gemini-2.5-pro',
      };
    case 'opencode':
      return { PATH: process.env['PATH'], OPENCODE_CONFIG_CONTENT: JSON.stringify(opencodeConfig(modelUrl)) };
    case 'qwen':
      return {
        PATH: pathWithNewNode(),
        OPENAI_API_KEY: 'sk-scripted',
        OPENAI_BASE_URL: `${modelUrl}/v1`,
        // By a model's name it knows whether that looks at pictures.
        OPENAI_MODEL: 'qwen3-vl-plus',
      };
  }
}

/** Qwen needs a newer Node than we do; the set-up of the tests brings one where ours is too old for it. */
function pathWithNewNode(): string {
  const folder = process.env['NEWER_NODE_PATH'];
  return [...(folder ? [folder] : []), process.env['PATH'] ?? ''].join(path.delimiter);
}

function opencodeConfig(modelUrl: string) {
  const model = (name: string) => ({
    name,
    attachment: true,
    reasoning: true,
    tool_call: true,
    limit: { context: 200_000, output: 32_000 },
    modalities: { input: ['text', 'image'], output: ['text'] },
  });
  return {
    model: 'gateway/scripted',
    small_model: 'gateway/scripted',
    autoupdate: false,
    share: 'disabled',
    provider: {
      gateway: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Gateway',
        options: { baseURL: `${modelUrl}/v1`, apiKey: 'sk-scripted' },
        models: { scripted: model('Scripted'), other: model('Other') },
      },
    },
  };
}
