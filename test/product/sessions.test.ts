// Every session in test/product/sessions, run against the fake AWS; and every session in README and docs is one of them.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { skipWithout } from '../support/peers.ts';
import { type SessionMachine, startMachine } from '../support/product/session-machine.ts';
import { startImageMachine, startRunner } from '../support/product/session-places.ts';
import { isAsWritten, parseSession, runStep } from '../support/product/sessions.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER = join(import.meta.dirname, 'sessions');

const sessions = globSync('*.txt', { cwd: FOLDER })
  .toSorted()
  .map((file) => ({ file, ...parseSession(readFileSync(join(FOLDER, file), 'utf8')) }));

/** Sessions that begin on another machine than the others, and what they need. */
const PLACES: Readonly<Record<string, { start: () => Promise<SessionMachine>; skip: string | false }>> = {
  'github-job.txt': { start: startRunner, skip: skipWithout('docker-registry', 'skopeo') },
  'image.txt': { start: startImageMachine, skip: skipWithout('namespaces', 'buildah', 'podman', 'musl-gcc') },
};

describe('the session', () => {
  for (const { file, about, steps } of sessions) {
    // Only doctor asks a registry.
    const registry = steps.some(({ command }) => command.startsWith('ecr-xacct doctor'));
    const { start, skip } = PLACES[file] ?? {
      start: () => startMachine({ registry }),
      skip: registry && skipWithout('docker-registry'),
    };
    test(`${basename(file, '.txt')}: ${about}`, { skip }, async () => {
      await using machine = await start();
      for (const step of steps) {
        const { printed, status } = await runStep(step, machine);
        const what = `$ ${step.command}\n`;
        if (!isAsWritten(step.output, printed)) assert.equal(what + printed, what + step.output);
        assert.equal(status, step.status, what + printed);
      }
    });
  }
});

/** Commands that need a person at a prompt: for each, the test that runs it. */
const SHOWN_BY: Readonly<Record<string, string>> = {
  'ecr-xacct login 111122223333.dkr.ecr.us-east-1.amazonaws.com': 'test/product/commands/login-mfa.test.ts',
};

describe('in documents', () => {
  for (const document of ['README.md', ...globSync('docs/*.md', { cwd: ROOT }).toSorted()]) {
    const text = readFileSync(join(ROOT, document), 'utf8');
    for (const [, block = ''] of text.matchAll(
      /^```\n(\$ (?:ecr-xacct|docker|docker-credential-ecr-xacct|podman|skopeo) [\s\S]*?)^```$/gm,
    )) {
      for (const { command, output } of parseSession(block).steps) {
        test(`${document} shows ${command} as it was run`, () => {
          const own = sessions.flatMap(({ steps }) => steps).filter((step) => step.command === command);
          const elsewhere = SHOWN_BY[command];
          if (elsewhere !== undefined) return assert.ok(existsSync(join(ROOT, elsewhere)), elsewhere);
          assert.ok(own.length > 0, `no session has: ${command}`);
          assert.ok(
            own.some((step) => isAsWritten(step.output, output)),
            `${command}\n${output}`,
          );
        });
      }
    }
  }
});
