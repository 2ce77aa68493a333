// A CI job's daemon: its runner finds it like any process that a job leaves behind, and ends it; the next job has its
// own.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { processesWith, whenEnded } from '../../support/processes.ts';
import { daemonPid, passwordOf } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

/** As GitHub's runner and Jenkins search: in the environment of each process of this machine. */
async function leftBehind(job: Readonly<Record<string, string>>): Promise<number[][]> {
  const found = Object.entries(job).map(([name, value]) => processesWith(`${name}=${value}`));
  return (await Promise.all(found)).map((processes) => processes.map(({ pid }) => pid));
}

describe('the daemon that a job starts', () => {
  for (const { runner, job } of [
    { runner: "GitHub's runner", job: { RUNNER_TRACKING_ID: `github_${process.pid}` } },
    { runner: 'a pipeline of Jenkins', job: { JENKINS_SERVER_COOKIE: `durable-${process.pid}` } },
    {
      runner: 'a freestyle job of Jenkins',
      job: {
        JOB_NAME: `team-${process.pid}`,
        BUILD_ID: `7-${process.pid}`,
        BUILD_TAG: `jenkins-team-7-${process.pid}`,
      },
    },
  ]) {
    for (const { front, command } of [
      { front: 'the native client', command: ['docker-credential-ecr-xacct', 'get'] },
      { front: 'the TypeScript program', command: ['ecr-xacct', 'helper', 'get'] },
    ]) {
      test(`is found and ended by ${runner} when ${front} started it`, async () => {
        await using stage = await startProductStage();
        const { product } = stage;
        const get = async () =>
          passwordOf(await product.run(command, { input: HOST, env: job, showsSecret: true }), HOST);
        await get();
        const pid = await daemonPid(product);
        const expected = Object.keys(job).map(() => [pid]);
        assert.deepEqual(await leftBehind(job), expected);
        process.kill(pid, 'SIGKILL');
        await whenEnded(pid);
        await get();
        assert.notEqual(await daemonPid(product), pid);
      });
    }
  }
});
