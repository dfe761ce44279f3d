import type {
  WorkspaceFileResponse,
  WorkspaceListResponse,
  WriteWorkspaceFileRequest,
  WrittenWorkspaceFileResponse,
} from '@codex-webapp/contracts/workspace';
import { callApi } from './api-client.ts';

export const workspaceApi = {
  list: (path: string) =>
    callApi<WorkspaceListResponse>('GET', `/api/workspace/files?path=${encodeURIComponent(path)}`),
  read: (path: string) => callApi<WorkspaceFileResponse>('GET', fileUrl(path)),
  write: (path: string, request: WriteWorkspaceFileRequest) =>
    callApi<WrittenWorkspaceFileResponse>('PUT', fileUrl(path), request),
};

export function fileUrl(path: string): string {
  return `/api/workspace/files/${path.split('/').map(encodeURIComponent).join('/')}`;
}
