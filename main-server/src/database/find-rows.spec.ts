import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Column, DataSource, Entity, PrimaryColumn, type Repository } from 'typeorm';
import { Below, findRow, findRows } from './find-rows.ts';

@Entity('notes')
class Note {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ name: 'session_id', type: 'text' }) sessionId: string;
  @Column({ type: 'integer' }) position: number;
  @Column({ type: 'simple-json' }) items: readonly string[];
  @Column({ name: 'is_read', type: 'boolean' }) isRead: boolean;
  @Column({ name: 'deleted_at', type: 'integer', nullable: true }) deletedAt: number | null;
}

let source: DataSource;
let notes: Repository<Note>;

beforeAll(async () => {
  source = await new DataSource({
    type: 'sqlite',
    database: ':memory:',
    entities: [Note],
    synchronize: true,
  }).initialize();
  notes = source.getRepository(Note);
  await notes.insert(
    ['a', 'b', 'c', 'd'].map((id, index) => ({
      id,
      sessionId: id === 'd' ? 'other' : 'one',
      position: index + 1,
      items: [id],
      isRead: id === 'b',
      deletedAt: id === 'c' ? 5 : null,
    })),
  );
});

afterAll(() => source.destroy());

async function ids(...[query]: Parameters<typeof findRows<Note>> extends [unknown, infer Q] ? [Q] : never) {
  return (await findRows(notes, query)).map(({ id }) => id);
}

describe('findRows', () => {
  it('gives rows as the repository does', async () => {
    expect(await findRows(notes, { where: { id: 'b' } })).toEqual(await notes.findBy({ id: 'b' }));
    expect(await findRow(notes, { id: 'c' })).toEqual(await notes.findOneBy({ id: 'c' }));
    expect(await findRow(notes, { id: 'e' })).toBeNull();
  });

  it('wants every condition to hold', async () => {
    expect(await ids({ where: { sessionId: 'one', deletedAt: null } })).toEqual(['a', 'b']);
    expect(await ids({ where: { sessionId: 'one', id: ['a', 'c', 'd'] } })).toEqual(['a', 'c']);
    expect(await ids({ where: { sessionId: 'one', position: new Below(3) } })).toEqual(['a', 'b']);
  });

  it('sorts and cuts', async () => {
    const where = { sessionId: 'one' };
    expect(await ids({ where, order: { position: 'DESC' }, limit: 2 })).toEqual(['c', 'b']);
  });

  it('does not take what is missing for everything', async () => {
    const id = undefined as unknown as string;
    await expect(findRow(notes, { id })).rejects.toThrow(/undefined/);
    await expect(findRow(notes, { name: 'a' } as never)).rejects.toThrow(/no column for name/);
  });
});
