import { describe, expect, it } from '@jest/globals';
import { createTestApp } from './support/create-test-app.ts';

const password = 'a fine long password';

describe('/api/users', () => {
  it('lets an admin make a user, who can log in', async () => {
    await using app = await createTestApp();
    const admin = await app.addAdmin();
    const { status, body } = await app.as(admin).post('/api/users', { username: 'Grace', password });
    expect(status).toBe(201);
    expect(body).toMatchObject({ username: 'Grace', role: 'user' });
    expect(Object.keys(body).sort()).toEqual(['createdAt', 'id', 'role', 'username']);
    const list = await app.as(admin).get('/api/users');
    expect(list.body.users.map(({ username }: { username: string }) => username)).toEqual([
      admin.username,
      'Grace',
    ]);
    expect((await app.anonymous().post('/api/auth/login', { username: 'grace', password })).status).toBe(200);
    expect(
      await app.query(`SELECT user_id, details FROM audit_events WHERE action = 'user.created'`),
    ).toEqual([{ user_id: admin.id, details: JSON.stringify({ userId: body.id, role: 'user' }) }]);
  });

  it('is for admins', async () => {
    await using app = await createTestApp();
    const user = await app.addUser();
    for (const answer of [
      await app.as(user).get('/api/users'),
      await app.as(user).post('/api/users', { username: 'x', password }),
    ]) {
      expect([answer.status, answer.body.error.code]).toEqual([403, 'user.forbidden']);
    }
    expect(await app.query('SELECT id FROM users')).toHaveLength(1);
  });

  it('refuses a name that looks like one that is there', async () => {
    await using app = await createTestApp();
    const admin = await app.addAdmin();
    await app.as(admin).post('/api/users', { username: 'Grace', password });
    for (const username of ['grace', 'GRACE', '\uff27race']) {
      const { status, body } = await app.as(admin).post('/api/users', { username, password });
      expect([username, status, body.error.code]).toEqual([username, 409, 'user.name_taken']);
    }
    expect(await app.query('SELECT id FROM users')).toHaveLength(2);
  });

  it('names what is wrong with a request, field by field', async () => {
    await using app = await createTestApp();
    const admin = await app.addAdmin();
    const { status, body } = await app
      .as(admin)
      .post('/api/users', { username: '', password: 'short', role: 'king', isAdmin: true });
    expect(status).toBe(400);
    expect(body.error.code).toBe('request.invalid');
    const fields = body.error.details.fields.map(({ field }: { field: string }) => field);
    expect(fields.sort()).toEqual(['isAdmin', 'password', 'role', 'username']);
    expect(await app.query('SELECT id FROM users')).toHaveLength(1);
  });

  it('keeps a password of any characters and a thousand of them', async () => {
    await using app = await createTestApp();
    const admin = await app.addAdmin();
    const long = '🔑 é\u0301 '.repeat(150).slice(0, 1_024);
    expect((await app.as(admin).post('/api/users', { username: 'long', password: long })).status).toBe(201);
    expect((await app.anonymous().post('/api/auth/login', { username: 'long', password: long })).status).toBe(
      200,
    );
    expect(
      (await app.anonymous().post('/api/auth/login', { username: 'long', password: long.slice(0, -1) }))
        .status,
    ).toBe(401);
  });
});
