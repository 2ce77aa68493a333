// The schema of config.yaml as JSON Schema, for editors.
import * as z from 'zod/mini';
import { configSchema, SOURCES } from './schema.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The rule checks that the program makes in code, as far as an editor can make them. */
const RULE: JsonSchema = {
  anyOf: [{ required: ['profile'] }, { required: ['role_arn'] }, { required: ['service_account'] }],
  not: { required: ['profile', 'role_arn'] },
  dependentSchemas: {
    role_arn: {
      oneOf: SOURCES.map((source) => ({ required: [source] })),
    },
  },
  dependentRequired: Object.fromEntries(
    [
      ...SOURCES.filter((source) => source !== 'service_account'),
      ...['external_id', 'role_session_name', 'duration_seconds', 'mfa_serial'],
    ].map((key) => [key, ['role_arn']]),
  ),
};

/** A bare hostname, or a pattern of ECR hostnames. Loose, so that it never refuses a valid one. */
const HOSTNAME_OR_PATTERN = '^[A-Za-z0-9*][A-Za-z0-9.*-]*\\.[A-Za-z0-9.*-]*[A-Za-z0-9*]$';

/** The form of a region name in any partition. */
const REGION = '^[a-z]{2,}(?:-[a-z]+)+-\\d{1,2}$';

const PATTERNS: Readonly<Record<string, string>> = {
  propertyNames: HOSTNAME_OR_PATTERN,
  region: REGION,
  registry: '^[A-Za-z0-9][A-Za-z0-9.-]*\\.[A-Za-z]+$',
};

/** JSON Schema, draft 2020-12, of what a user writes: durations are texts. */
export function configJsonSchema(): JsonSchema {
  const defaults: Readonly<Record<string, unknown>> = configSchema.parse({});
  return {
    ...z.toJSONSchema(configSchema, {
      target: 'draft-2020-12',
      io: 'input',
      unrepresentable: 'any',
      override: ({ jsonSchema, path }) => {
        const key = String(path.at(-1));
        const pattern = PATTERNS[key];
        if (pattern !== undefined) jsonSchema.pattern = pattern;
        if (key === 'additionalProperties') Object.assign(jsonSchema, RULE);
        // After parsing it is in milliseconds.
        const duration = defaults[key];
        if (typeof duration === 'number') jsonSchema.default = durationOf(duration);
      },
    }),
    title: 'config.yaml of ecr-xacct',
  };
}

function durationOf(milliseconds: number): string {
  const minutes = milliseconds / 60_000;
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}
