import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommand, runProcess } from './harness/command-line.js';
import { TEST_SECRET } from './harness/service.js';

vi.setConfig({ testTimeout: 60_000 });

/** EX_CONFIG of sysexits.h. */
const WRONG_SETTINGS = 78;

describe('starting in production (requirement 33)', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'authgraph-settings-'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  const sound = {
    NODE_ENV: 'production',
    AUTHGRAPH_SECRET: TEST_SECRET,
    AUTHGRAPH_ISSUER: 'https://auth.example.com',
  };

  async function refusal(env: Record<string, string>): Promise<string> {
    const { code, stdout, stderr } = await runProcess(['serve'], env);
    expect({ code, stdout }).toEqual({ code: WRONG_SETTINGS, stdout: '' });
    return stderr;
  }

  it('with nothing else set names every variable that is missing, and exits with 78', async () => {
    const stderr = await refusal({ NODE_ENV: 'production' });
    expect(stderr).toContain('the settings have 3 problems');
    expect(stderr).toMatch(/^ {2}AUTHGRAPH_SECRET is required/m);
    expect(stderr).toMatch(/^ {2}AUTHGRAPH_ISSUER is required/m);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('with every setting unsafe names them all, and repeats no secret', async () => {
    const stderr = await refusal({
      ...sound,
      AUTHGRAPH_SECRET: 'change-me-please-hunter2-hunter2-hunter2',
      AUTHGRAPH_ISSUER: 'http://auth.example.com',
      AUTHGRAPH_ALLOWED_ORIGINS: '*',
      AUTHGRAPH_REFRESH_GRACE: '1h',
    });
    for (const name of [
      'AUTHGRAPH_SECRET',
      'AUTHGRAPH_ISSUER',
      'AUTHGRAPH_ALLOWED_ORIGINS',
      'AUTHGRAPH_REFRESH_GRACE',
    ]) {
      expect(stderr).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
    expect(stderr).not.toContain('hunter2');
  });

  it('with wrong settings touches nothing, and no other command starts either', async () => {
    for (const args of [
      ['migrate', 'up'],
      ['keys', 'list'],
      ['cleanup'],
      ['users', 'create', '--email', 'a@example.com'],
    ]) {
      const { code, stderr } = await runCommand(args, {
        NODE_ENV: 'production',
        AUTHGRAPH_DATA_DIR: dataDir,
      });
      expect(code, args.join(' ')).toBe(WRONG_SETTINGS);
      expect(stderr).toContain('AUTHGRAPH_SECRET');
    }
    expect(await readdir(dataDir)).toEqual([]);
  });
});

describe('a setting that cannot work (requirement 46)', () => {
  const nowhere = { DATABASE_URL: 'postgres://127.0.0.1:1/none', AUTHGRAPH_SECRET: TEST_SECRET };

  it.each([
    ['HOST', { ...nowhere, HOST: '256.1.1.1' }],
    [
      'AUTHGRAPH_METRICS_HOST',
      { ...nowhere, AUTHGRAPH_METRICS_PORT: '0', AUTHGRAPH_METRICS_HOST: '192.0.2.1' },
    ],
    ['AUTHGRAPH_DATA_DIR', { AUTHGRAPH_DATA_DIR: '/dev/null/data' }],
    ['AUTHGRAPH_TRUSTED_DOCUMENTS', { ...nowhere, AUTHGRAPH_TRUSTED_DOCUMENTS: '/dev/null' }],
  ])('stops the start with 78 and its name, whoever notices: %s', async (name, env) => {
    const { code, stderr } = await runProcess(['serve'], { PORT: '0', ...env });
    expect(stderr).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    expect(code).toBe(WRONG_SETTINGS);
  });
});
