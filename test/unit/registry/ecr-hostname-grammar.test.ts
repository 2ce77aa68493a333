// The grammar of ECR hostnames, with generated names: everything in it is ours, and nothing near it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseRegistry } from '../../../src/registry/ecr-hostname.ts';
import { FAMILIES, isEcrHostname, privateHostname } from '../../support/unit/ecr-grammar.ts';

const ACCOUNT = '111122223333';

describe('the grammar of ECR hostnames', () => {
  test('everything in it is ours, in any case, and is read the same', () => {
    fc.assert(
      fc.property(
        privateHostname,
        fc.infiniteStream(fc.boolean()),
        ({ hostname, account, region }, upper) => {
          const spelled = [...hostname]
            .map((letter) => (upper.next().value === true ? letter.toUpperCase() : letter))
            .join('');
          const registry = parseRegistry(spelled);
          assert.deepEqual(registry, parseRegistry(hostname));
          assert.deepEqual(
            [registry?.hostname, registry?.account, registry?.region],
            [hostname, account, region],
          );
        },
      ),
    );
  });

  test('no near-miss of a hostname is ours unless it is another hostname of the grammar', () => {
    const character = fc.constantFrom(...'.-0aA1_:/@\\%* \n\r\0。．１\u212A\u017F');
    const at = fc.nat();
    const mutation = fc.oneof(
      fc.record({ at, character }).map((m) => (s: string) => splice(s, m.at, 0, m.character)),
      fc.record({ at, character }).map((m) => (s: string) => splice(s, m.at, 1, m.character)),
      at.map((index) => (s: string) => splice(s, index, 1, '')),
      fc.constantFrom('evil', 'x.y', ACCOUNT, 'vpce').map((label) => (s: string) => `${label}.${s}`),
      fc.constantFrom('evil', 'example.com', 'cn', 'aws').map((label) => (s: string) => `${s}.${label}`),
      fc.constantFrom(...FAMILIES).map(({ suffix }) => (s: string) => {
        return [...s.split('.').slice(0, s.includes('dkr-ecr') ? 3 : 4), suffix].join('.');
      }),
      fc.constantFrom(...FAMILIES).map(
        ({ endpoint }) =>
          (s: string) =>
            s.replace(/dkr[.-]ecr/, endpoint),
      ),
    );
    fc.assert(
      fc.property(privateHostname, fc.array(mutation, { minLength: 1, maxLength: 3 }), (valid, mutations) => {
        const text = mutations.reduce((name, mutate) => mutate(name), valid.hostname);
        assert.equal(parseRegistry(text) !== undefined, isEcrHostname(text), JSON.stringify(text));
      }),
      { numRuns: 3_000 },
    );
  });

  test('no other text is ours', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.domain(), fc.webUrl()), (text) => {
        assert.equal(parseRegistry(text) !== undefined, isEcrHostname(text));
      }),
    );
  });
});

/** Replaces `remove` characters at an index (taken modulo the length) by `insert`. */
function splice(text: string, index: number, remove: number, insert: string): string {
  const at = index % (text.length + 1);
  return text.slice(0, at) + insert + text.slice(at + remove);
}
