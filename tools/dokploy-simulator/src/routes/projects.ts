import { badRequest, toId, type Dokploy } from '../dokploy.ts';
import { notFound } from '../api-error.ts';
import { organizationId, remove, type Environment, type Project } from '../rows.ts';
import type { Input, Routes } from './route.ts';

export const projectRoutes: Routes = {
  'project.create': (input, { dokploy }) => {
    const project: Project = {
      projectId: toId(),
      name: String(input['name']),
      description: (input['description'] as string | undefined) ?? null,
      createdAt: new Date().toISOString(),
      organizationId,
      env: '',
    };
    dokploy.rows.projects.push(project);
    const environment = addEnvironment(dokploy, project.projectId, { name: 'production', isDefault: true });
    return { project, environment };
  },

  'project.all': (_input, { dokploy }) =>
    dokploy.rows.projects.map((project) => ({
      ...project,
      environments: environmentsOf(dokploy, project).map(({ environmentId, name, isDefault }) => ({
        environmentId,
        name,
        isDefault,
        applications: dokploy.rows.applications
          .filter((row) => row.environmentId === environmentId)
          .map((row) => ({
            applicationId: row.applicationId,
            name: row.name,
            applicationStatus: row.applicationStatus,
          })),
        compose: [],
      })),
      projectTags: [],
    })),

  'project.one': (input, { dokploy }) => {
    const project = findProject(dokploy, input);
    return {
      ...project,
      environments: environmentsOf(dokploy, project).map((environment) => ({
        ...environment,
        applications: dokploy.rows.applications
          .filter(({ environmentId }) => environmentId === environment.environmentId)
          .map((row) => ({
            applicationId: row.applicationId,
            appName: row.appName,
            name: row.name,
            description: row.description,
            createdAt: row.createdAt,
            serverId: row.serverId,
            applicationStatus: row.applicationStatus,
            icon: null,
            server: null,
          })),
        compose: [],
      })),
      projectTags: [],
    };
  },

  /** Only rows go: the services of its apps run on, and nothing of the API reaches them any more. */
  'project.remove': (input, { dokploy }) => {
    const project = findProject(dokploy, input);
    const gone = new Set(environmentsOf(dokploy, project).map(({ environmentId }) => environmentId));
    remove(dokploy.rows.applications, (row) => gone.has(row.environmentId));
    remove(dokploy.rows.environments, (row) => gone.has(row.environmentId));
    remove(dokploy.rows.projects, (row) => row === project);
    return project;
  },

  'environment.create': (input, { dokploy }) => {
    const name = String(input['name']);
    if (name === 'production') throw badRequest('You cannot create a production environment');
    const { projectId } = findProject(dokploy, input);
    return addEnvironment(dokploy, projectId, { name, isDefault: false });
  },

  'environment.one': (input, { dokploy }) => {
    const environment = dokploy.rows.environments.find((row) => row.environmentId === input['environmentId']);
    if (environment === undefined) throw notFound('Environment');
    return {
      ...environment,
      applications: dokploy.rows.applications
        .filter((row) => row.environmentId === environment.environmentId)
        .map((row) => ({
          applicationId: row.applicationId,
          name: row.name,
          description: row.description,
          createdAt: row.createdAt,
          serverId: row.serverId,
          applicationStatus: row.applicationStatus,
          icon: null,
          server: null,
        })),
      project: dokploy.rows.projects.find(({ projectId }) => projectId === environment.projectId),
    };
  },
};

function addEnvironment(
  dokploy: Dokploy,
  projectId: string,
  { name, isDefault }: Pick<Environment, 'name' | 'isDefault'>,
): Environment {
  const environment: Environment = {
    environmentId: toId(),
    name,
    description: null,
    isDefault,
    projectId,
    env: '',
    createdAt: new Date().toISOString(),
  };
  dokploy.rows.environments.push(environment);
  return environment;
}

function findProject({ rows }: Dokploy, input: Input): Project {
  const project = rows.projects.find(({ projectId }) => projectId === input['projectId']);
  if (project === undefined) throw notFound('Project');
  return project;
}

function environmentsOf({ rows }: Dokploy, project: Project): readonly Environment[] {
  return rows.environments.filter(({ projectId }) => projectId === project.projectId);
}
