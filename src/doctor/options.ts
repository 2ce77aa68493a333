// The options of doctor, in a file of their own, so that the command line need not load the rest of doctor.

/** AWS services that pull images without Docker. */
export const PLATFORMS = ['ecs', 'fargate', 'lambda'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Everything that pulls without Docker: those services, and the kubelet of this machine. */
export const CONSUMERS = [...PLATFORMS, 'kubelet'] as const;

/** The options of `--for kubelet`. */
export interface KubeletOptions {
  /** The folder of the kubelet's plugins. */
  binDir?: string;
  /** The path of its CredentialProviderConfig. */
  providerConfig?: string;
  /** The pod's service account, as in `NAMESPACE/NAME`. */
  serviceAccount?: string;
  /** A file with a token of that service account. */
  tokenFile?: string;
  /** Annotations of the service account, as in `KEY=VALUE`. */
  annotation?: readonly string[];
}

export interface DoctorOptions extends KubeletOptions {
  push?: true;
  /** Check for an AWS service or the kubelet instead of Docker. */
  for?: (typeof CONSUMERS)[number];
  /** The role that pulls. */
  role?: string;
  /** The region of the service that pulls. */
  region?: string;
  json?: true;
  /** Warnings count as failures. */
  strict?: true;
  /** The path of a report to write, for others to read. */
  report?: string;
}
