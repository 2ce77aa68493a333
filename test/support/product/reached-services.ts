// The table of services that a token needs: for each, an identity that asks it, and how to redirect it.
import { SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { writeLoginCache, writeSsoCache } from './credential-endpoint.ts';
import { DEV, HOUR, mine } from './identities.ts';
import type { ProductEnvironment } from './product.ts';
import { devFiles, type ProductStage, roleFiles } from './stage.ts';

export interface ReachedService {
  readonly service: string;
  /** Writes the user's files. */
  readonly prepare: (stage: ProductStage) => Promise<unknown>;
  /** Puts a server in its place. */
  readonly at: (url: string) => ProductEnvironment;
  /** Metadata services of the machine have their own limits: 2 s with three tries, and 1 s. */
  readonly isMachines?: true;
}

const SSO = {
  sso_account_id: SECONDARY_ACCOUNT,
  sso_role_name: 'Developer',
  sso_session: 'corp',
};
const CORP = { 'sso-session corp': { sso_start_url: 'https://corp.example/start', sso_region: 'us-east-1' } };

async function withSso(stage: ProductStage, lifetime: number): Promise<void> {
  const { accessToken, refreshToken } = stage.cast.sso;
  await stage.product.configure(mine(SSO, CORP)(stage));
  await writeSsoCache(stage.product, 'corp', { accessToken, refreshToken, expiresAt: Date.now() + lifetime });
}

export const reachedServices: readonly ReachedService[] = [
  {
    service: 'ECR',
    prepare: ({ product, cast }) => product.configure(devFiles(cast)),
    at: (url) => ({ AWS_ENDPOINT_URL_ECR: url }),
  },
  {
    service: 'STS',
    prepare: ({ product, cast }) => product.configure(roleFiles(cast)),
    at: (url) => ({ AWS_ENDPOINT_URL_STS: url }),
  },
  {
    service: "SSO's portal",
    prepare: (stage) => withSso(stage, HOUR),
    at: (url) => ({ AWS_ENDPOINT_URL_SSO: url }),
  },
  {
    service: 'the renewal of an SSO session',
    prepare: (stage) => withSso(stage, -HOUR),
    at: (url) => ({ AWS_ENDPOINT_URL_SSO_OIDC: url }),
  },
  {
    service: 'the renewal of a login session',
    prepare: async (stage) => {
      await stage.product.configure(mine({ login_session: DEV })(stage));
      await writeLoginCache(stage, { session: DEV, lifetime: -HOUR });
    },
    at: (url) => ({ AWS_ENDPOINT_URL_SIGNIN: url }),
  },
  {
    service: "a container's endpoint",
    prepare: ({ product }) => product.configure({ registries: {} }),
    at: (url) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/container` }),
    isMachines: true,
  },
  {
    service: 'the metadata service',
    prepare: ({ product }) => product.configure({ registries: {} }),
    at: (url) => ({ AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: url }),
    isMachines: true,
  },
];
