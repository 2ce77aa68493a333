// What doctor is asked: apart, so that the command line needs no more of it.

/** What pulls images in AWS without Docker. */
export const PLATFORMS = ['ecs', 'fargate', 'lambda'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** What pulls without Docker: those, and the kubelet of this machine. */
export const CONSUMERS = [...PLATFORMS, 'kubelet'] as const;

/** Of `--for kubelet`. */
export interface KubeletOptions {
  /** Where its plugins are. */
  binDir?: string;
  /** Its CredentialProviderConfig. */
  providerConfig?: string;
  /** Of the pod, as in `NAMESPACE/NAME`. */
  serviceAccount?: string;
  /** A file with a token of that service account. */
  tokenFile?: string;
  /** Its annotations, as in `KEY=VALUE`. */
  annotation?: readonly string[];
}

export interface DoctorOptions extends KubeletOptions {
  push?: true;
  /** For what runs in AWS or for the kubelet, instead of for Docker. */
  for?: (typeof CONSUMERS)[number];
  /** The role that pulls there. */
  role?: string;
  /** Where it runs. */
  region?: string;
  json?: true;
  /** Warnings count as failures. */
  strict?: true;
  /** A file that is to be made, for others to read. */
  report?: string;
}
