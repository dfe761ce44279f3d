import {
  authFilePathPattern,
  credentialLimits,
  credentialVariablePattern,
  findAgentLogin,
  type AgentLogin,
  type CredentialKind,
  type SaveCredentialRequest,
} from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import { z } from 'zod';

const keySchema = z.object({
  kind: z.literal('api-key'),
  secret: z.string(),
  /** As it is for this agent; a later version of us may have another default. */
  variable: z.string(),
  baseUrl: z.string().nullable(),
  model: z.string().nullable(),
});
const tokenSchema = z.object({ kind: z.literal('access-token'), secret: z.string(), variable: z.string() });
const fileSchema = z.object({ path: z.string().regex(authFilePathPattern), content: z.string() });
const filesSchema = z.object({ kind: z.literal('auth-file'), files: z.array(fileSchema) });

/** What is sealed of a credential: all of it, where it may be sent included. */
export const credentialContentSchema = z.discriminatedUnion('kind', [keySchema, tokenSchema, filesSchema]);
export type CredentialContent = z.infer<typeof credentialContentSchema>;
export type AuthFilesContent = z.infer<typeof filesSchema>;

/** What a user sent, checked against what the agent takes. @throws request.invalid, credential.kind_unknown */
export function toContent(
  agent: string,
  kind: CredentialKind,
  request: SaveCredentialRequest,
): CredentialContent {
  const login = findAgentLogin(agent);
  switch (kind) {
    case 'api-key':
      return toKey(login, request);
    case 'access-token': {
      if (login !== undefined && login.accessToken === null) throw kindUnknown(login.name);
      const variable = login?.accessToken?.variable ?? givenVariable(request);
      return { kind, secret: givenSecret(request), variable };
    }
    case 'auth-file':
      return toFiles(login, request);
  }
}

function toKey(login: AgentLogin | undefined, request: SaveCredentialRequest): CredentialContent {
  const secret = givenSecret(request);
  const { baseUrl = null, model = null } = request;
  if (login === undefined) {
    if (baseUrl !== null || model !== null)
      throw invalid('baseUrl', 'Only agents with an entry of their own can be given an address.');
    return { kind: 'api-key', secret, variable: givenVariable(request), baseUrl, model };
  }
  const { apiKey } = login;
  if (apiKey === null) throw kindUnknown(login.name);
  if (baseUrl === null) {
    if (model !== null) throw invalid('model', 'A model is chosen for a gateway; give its address, too.');
    return { kind: 'api-key', secret, variable: apiKey.variable, baseUrl, model };
  }
  const { gateway } = apiKey;
  if (gateway === null) throw invalid('baseUrl', `${login.name} always asks its maker.`);
  if (model !== null && gateway.modelVariable === null)
    throw invalid('model', `The model of ${login.name} is chosen in the session.`);
  return {
    kind: 'api-key',
    secret,
    variable: gateway.variable,
    baseUrl: toBaseUrl(baseUrl),
    model,
  };
}

function toFiles(login: AgentLogin | undefined, request: SaveCredentialRequest): AuthFilesContent {
  if (login !== undefined && login.authFile === null) throw kindUnknown(login.name);
  const given = request.files ?? [];
  const places = login?.authFile?.paths ?? [];
  if (given.length === 0) throw invalid('files', 'Give at least one file.');
  const files = given.map(({ path, content }, index) => {
    const place = path ?? places[index];
    if (place === undefined) throw invalid('files', 'Say where below HOME the agent looks for the file.');
    return { path: place, content };
  });
  if (new Set(files.map(({ path }) => path)).size < files.length)
    throw invalid('files', 'Two files have the same place.');
  if (places.length > 1 && !places.every((place) => files.some(({ path }) => path === place)))
    throw invalid('files', `${login?.name} wants all of ${places.map((place) => `~/${place}`).join(', ')}.`);
  return { kind: 'auth-file', files };
}

/** As agents take it: without a slash at the end, and with nothing that is not an address. */
function toBaseUrl(given: string): string {
  const url = new URL(given);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw invalid('baseUrl', 'An address without a user, a question mark or a # in it.');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function givenSecret({ secret }: SaveCredentialRequest): string {
  if (secret === undefined) throw invalid('secret', 'Give the key or the token.');
  return secret;
}

function givenVariable({ variable }: SaveCredentialRequest): string {
  if (variable === undefined || !credentialVariablePattern.test(variable))
    throw invalid('variable', 'Say which variable the agent reads it from, like EXAMPLE_API_KEY.');
  if (variable.length > credentialLimits.variableMaxLength) throw invalid('variable', 'It is too long.');
  return variable;
}

function kindUnknown(name: string): DomainError {
  return new DomainError('credential.kind_unknown', {
    message: `${name} cannot be logged in like that. Choose another way.`,
  });
}

function invalid(field: string, problem: string): DomainError {
  return new DomainError('request.invalid', {
    message: `${field}: ${problem}`,
    details: { fields: [{ field, problems: [problem] }] },
  });
}
