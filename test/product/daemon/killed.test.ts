// Daemons and minters that are killed at any moment under load: every client still gets an answer, and nothing is left.
import assert from 'node:assert/strict';
import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { compileNativeClient } from '../../../scripts/compile-client.ts';
import { whenever } from '../../support/processes.ts';
import { failureOf, type Product, passwordOf, type Ran } from '../../support/product/product.ts';
import { HOST, type ProductStage, roleFiles, startProductStage } from '../../support/product/stage.ts';

const KILLS = 200;
/** Milliseconds. A start and a first mint take a few hundred, so kills hit every part of them. */
const LONGEST_LIFE = 600;
const CLIENTS = 3;

/** Installs the programs below the stage's folder, so that their processes differ from those of other tests. */
async function install({ folder }: Product): Promise<string> {
  const bin = join(folder, 'bin');
  const lib = join(folder, 'lib');
  await mkdir(bin);
  await cp(fileURLToPath(new URL('../../../dist/lib', import.meta.url)), lib, { recursive: true });
  const program = join(bin, 'ecr-xacct');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${lib}/ecr-xacct.cjs' "$@"\n`);
  await chmod(program, 0o755);
  const client = join(bin, 'docker-credential-ecr-xacct');
  if (compileNativeClient(program, client) !== undefined) return client;
  await writeFile(client, `#!/bin/sh\nexec '${program}' helper "$@"\n`, { mode: 0o755 });
  return client;
}

interface Process {
  pid: number;
  parent: number;
  state: string;
  command: string;
}

async function processes(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (pid) => {
      const [stat = '', command = ''] = await Promise.all(
        ['stat', 'cmdline'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
      );
      // proc(5): after the name, which is in parentheses, come state and parent.
      const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return { pid: Number(pid), parent: Number(parent), state, command: command.replaceAll('\0', ' ') };
    }),
  );
}

/** Our daemons and minters. */
async function servers({ folder }: Product): Promise<Process[]> {
  const pattern = new RegExp(`${folder}/lib/\\S+ (?:daemon run|mint)`);
  return (await processes()).filter(({ command, state }) => pattern.test(command) && state !== 'Z');
}

/** A right answer, or one clear line. @returns whether it was an answer. */
function check({ aws }: ProductStage, ran: Ran): boolean {
  if (ran.status === 0) {
    const password = passwordOf(ran, HOST);
    assert.ok(aws.issuedTokens.some((token) => token.password === password));
    return true;
  }
  assert.match(failureOf(ran), /^ecr-xacct: [^\n]*; [^\n]+$/);
  return false;
}

test(`${KILLS} times, daemon or minter is killed under load: every client is answered, and nothing is left.`, async (t) => {
  await using stage = await startProductStage({ files: roleFiles });
  const { product } = stage;
  const client = await install(product);
  let isOver = false;
  let answers = 0;
  let failures = 0;
  const load = async (forgets: boolean) => {
    while (!isOver) {
      // Forgets some tokens, so that mints run that can be killed.
      if (forgets) await product.run([client, 'erase'], { input: HOST });
      if (check(stage, await product.run([client, 'get'], { input: HOST }))) answers += 1;
      else failures += 1;
    }
  };
  const kill = async () => {
    for (let kills = 0; kills < KILLS; ) {
      await delay(Math.random() * LONGEST_LIFE);
      const running = await servers(product);
      const victim = running[Math.floor(Math.random() * running.length)];
      if (victim === undefined) continue;
      try {
        process.kill(victim.pid, 'SIGKILL');
        kills += 1;
      } catch {
        // It has ended by itself meanwhile.
      }
    }
    isOver = true;
  };
  await Promise.all([kill(), ...Array.from({ length: CLIENTS }, (_, index) => load(index === 0))]);
  t.diagnostic(`${answers} answers, ${failures} failures of one line`);

  assert.ok(check(stage, await product.run([client, 'get'], { input: HOST })));
  const daemon = await product.daemon();
  const zombies = (await processes()).filter(({ parent, state }) => parent === daemon?.pid && state === 'Z');
  assert.deepEqual(zombies, []);
  // A daemon that another was faster than is about to end. A child has its parent's name until it runs another program.
  await whenever('one daemon is left', async () => {
    const running = await servers(product);
    return running.filter(({ command }) => command.includes('daemon run')).length === 1;
  });
  assert.deepEqual(await readdir(dirname(product.socket)), ['daemon.sock']);
  await product.run([join(dirname(client), 'ecr-xacct'), 'daemon', 'stop']);
  await whenever('all of it has ended', async () => (await servers(product)).length === 0);
});
