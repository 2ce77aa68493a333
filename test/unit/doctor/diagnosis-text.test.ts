// Tests that the steps on a terminal, one after another, are the beginning of the whole text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { beginning, diagnosisText } from '../../../src/doctor/diagnosis-text.ts';
import type { Finding } from '../../../src/doctor/finding.ts';
import type { Screen } from '../../../src/terminal/screen.ts';

const IMAGE = '111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app:1';
const STEPS = ['program', 'docker-config', 'identity', 'credentials', 'registry-rights', 'layers'] as const;

const finding = (outcome: Finding['outcome']) =>
  fc.record<Finding>({
    step: fc.constantFrom(...STEPS),
    outcome: fc.constant(outcome),
    text: fc.lorem({ maxCount: 40 }),
  });

test('Each step that is shown stays as it is, however long the next ones are, and at any width', () => {
  const going = fc.array(fc.oneof(finding('ok'), finding('warning'), finding('unknown')), { maxLength: 12 });
  fc.assert(
    fc.property(
      going,
      fc.option(finding('failed')),
      fc.integer({ min: 60, max: 130 }),
      (steps, cause, width) => {
        const screen: Screen = {
          isTerminal: true,
          width,
          height: 24,
          isUnicode: true,
          paint: (_, text) => text,
        };
        const findings = cause === null ? steps : [...steps, cause];
        const diagnosis = { image: IMAGE, hostname: 'host', findings, ...(cause !== null && { cause }) };
        const whole = diagnosisText(diagnosis, {}, '/home/you', screen);
        for (let count = 1; count <= findings.length; count += 1) {
          const soFar = beginning({ ...diagnosis, findings: findings.slice(0, count) }, '/home/you', screen);
          assert.ok(whole.startsWith(soFar), `${soFar}\n---\n${whole}`);
        }
      },
    ),
  );
});
