// What setup is about to change, as a unified diff that shows no secret.

import { diffText } from '../terminal/diff.ts';
import type { FileChange } from './changes.ts';
import { redactJson } from './docker-files/redact.ts';

/** @param isColoured only for a terminal whose user has not said NO_COLOR. */
export function fileDiffText({ path, kind, before, after }: FileChange, isColoured: boolean): string {
  const shown = (bytes: Uint8Array | undefined) => {
    if (bytes === undefined) return undefined;
    const text = new TextDecoder().decode(bytes);
    return kind === 'docker' ? redactJson(text) : text;
  };
  return diffText({ name: path, before: shown(before?.bytes), after: shown(after) }, isColoured);
}
