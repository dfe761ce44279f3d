import { describe, expect, it } from '@jest/globals';
import { ClaudePlan } from './claude-plan.ts';

const created = (id: string, subject: string) => ({ task: { id, subject } });

describe('ClaudePlan', () => {
  it('grows and changes task by task', () => {
    const plan = new ClaudePlan();
    plan.update('TaskCreate', {}, created('1', 'look'));
    plan.update('TaskCreate', {}, created('2', 'write'));
    plan.update('TaskUpdate', { taskId: '1', status: 'deleted' }, {});
    expect(plan.update('TaskUpdate', { taskId: '2', subject: 'write it', status: 'completed' }, {})).toEqual([
      { type: 'plan.updated', entries: [{ content: 'write it', status: 'completed' }] },
    ]);
  });

  it('takes whole lists as they are', () => {
    const tasks = [{ id: '4', subject: 'look', status: 'in_progress' }];
    expect(new ClaudePlan().update('TaskList', {}, { tasks })).toMatchObject([
      { entries: [{ content: 'look' }] },
    ]);
  });

  it('stays as it is when a call tells nothing it knows', () => {
    const plan = new ClaudePlan();
    expect(plan.update('TaskUpdate', { taskId: '9', status: 'completed' }, {})).toEqual([]);
    expect(plan.update('TaskCreate', {}, 'Error: no')).toEqual([]);
    expect(plan.update('Bash', {}, {})).toEqual([]);
  });

  it('takes along what is not done, and nothing else', () => {
    const plan = new ClaudePlan();
    plan.update('TaskCreate', {}, created('1', 'look'));
    plan.beginTurn();
    expect(plan.update('TaskUpdate', { taskId: '1', status: 'completed' }, {})).toHaveLength(1);
    plan.beginTurn();
    expect(plan.update('TaskUpdate', { taskId: '1', status: 'pending' }, {})).toEqual([]);
  });
});
