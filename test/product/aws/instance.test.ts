// An EC2 instance's metadata service that is slow or throttles: the settings limit the waiting, and the error names it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionOfDev, startCredentialEndpoint } from '../../support/product/credential-endpoint.ts';
import { HOUR } from '../../support/product/identities.ts';
import { failureOf, passwordOf } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

/** A pull on an instance whose metadata service rejects the first requests. */
async function pull(
  refusals: (number | 'silence')[],
  env: Record<string, string> = {},
  settings: Record<string, string> = {},
) {
  await using stage = await startProductStage({ files: () => ({ config: { default: settings } }) });
  const credentials = sessionOfDev(stage, HOUR);
  await using endpoint = await startCredentialEndpoint(credentials, '127.0.0.1', 0, refusals);
  return await stage.product.get(HOST, {
    env: {
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
      ECR_XACCT_DAEMON: 'off',
      ...env,
    },
  });
}

const ALWAYS = 20;
const FAILURES: readonly [string, (number | 'silence')[], RegExp][] = [
  [
    'that is asked too often is no missing role',
    Array(ALWAYS).fill(429),
    /the EC2 instance metadata service at http:\/\/127\.0\.0\.1:\d+ limits the rate of requests \(status 429\).*; wait a minute/,
  ],
  [
    'that does not answer is no missing role',
    Array(ALWAYS).fill('silence'),
    /and the EC2 instance metadata service at http:\/\/127\.0\.0\.1:\d+ did not answer within 1 s;/,
  ],
  ['without a role is a missing role', Array(ALWAYS).fill(404), /and there is no EC2 instance role;/],
];
for (const [what, refusals, says] of FAILURES) {
  test(`A metadata service ${what}.`, async () => assert.match(failureOf(await pull(refusals)), says));
}

test('A metadata service that refuses once is asked again.', async () => {
  for (const status of [429, 503]) passwordOf(await pull([status]), HOST);
});

test('A metadata service is asked as often, and waited for as long, as the variables or the profile say.', async () => {
  // Of the first attempt: the token, and the request without one.
  const first: (number | 'silence')[] = ['silence', 'silence'];
  failureOf(await pull([...first]));
  passwordOf(await pull([...first], { AWS_METADATA_SERVICE_NUM_ATTEMPTS: '2' }), HOST);
  passwordOf(await pull([...first], {}, { metadata_service_num_attempts: '2' }), HOST);
  assert.match(
    failureOf(await pull([...first], { AWS_METADATA_SERVICE_TIMEOUT: 'soon' })),
    /AWS_METADATA_SERVICE_TIMEOUT is soon, which is not a whole number from 1 to 9999 .*; run: unset AWS_METADATA_SERVICE_TIMEOUT/,
  );
  assert.match(
    failureOf(await pull([...first], {}, { region: 'us-east-1', metadata_service_timeout: '2s' })),
    /profile default has metadata_service_timeout = 2s, which is not a whole number from 1 to 9999 \(\S+\/\.aws\/config:3\).*; run: aws configure set metadata_service_timeout 1 --profile default$/m,
  );
});
