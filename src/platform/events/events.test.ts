import { describe, expect, it, vi } from 'vitest';
import { operator } from '../../kernel/caller.js';
import { systemClock } from '../../kernel/clock.js';
import type { SqlExecutor } from '../database/database.js';
import { Events, eventLog, eventType } from './events.js';

const HAPPENED = eventType<{ n: number }>('thing.happened', 'A thing happened');
const realm = { id: 'default', issuer: 'http://localhost', settings: {} };
const caller = operator('test');

function flow() {
  const work: (() => unknown)[] = [];
  const sql: SqlExecutor = {
    query: async () => [],
    afterCommit: async (later) => void work.push(later),
  };
  return { sql, commit: () => work.map((each) => each()) };
}

describe('an event', () => {
  it('is heard in the transaction by listeners, and after the commit by observers', async () => {
    const events = new Events({ clock: systemClock, newId: () => 'id' });
    const [listener, observer] = [vi.fn(async () => {}), vi.fn()];
    events.on(listener);
    events.afterwards(observer);
    const { sql, commit } = flow();
    await events.emit(sql, realm, HAPPENED, { caller, details: { n: 1 } });
    const event = { type: HAPPENED, userId: null, sessionId: null, details: { n: 1 } };
    expect(listener).toHaveBeenCalledWith(sql, expect.objectContaining(event));
    expect(observer).not.toHaveBeenCalled();
    commit();
    expect(observer).toHaveBeenCalledWith(expect.objectContaining(event));
  });

  it('fails its flow when a listener cannot write', async () => {
    const events = new Events({ clock: systemClock, newId: () => 'id' });
    events.on(async () => {
      throw new Error('full');
    });
    const emitted = events.emit(flow().sql, realm, HAPPENED, { caller });
    await expect(emitted).rejects.toThrow('full');
  });

  it('is one line of the log, a warning when it is suspicious', () => {
    const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const at = new Date();
    const event = { id: 'e', realm, at, caller, userId: 'u', sessionId: null, details: { n: 2 } };
    eventLog(log)({ ...event, type: HAPPENED });
    eventLog(log)({ ...event, type: { ...HAPPENED, suspicious: true } });
    const fields = { event: 'thing.happened', realmId: 'default', userId: 'u', n: 2 };
    expect(log.info).toHaveBeenCalledWith(expect.objectContaining(fields), 'A thing happened');
    expect(log.warn).toHaveBeenCalledTimes(1);
  });
});
