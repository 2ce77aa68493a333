// What setup is about to change, as a unified diff that shows no secret.

import { diffText } from '../terminal/diff.ts';
import type { Screen } from '../terminal/screen.ts';
import type { FileChange } from './changes.ts';
import { redactJson } from './docker-files/redact.ts';

export function fileDiffText({ path, kind, before, after }: FileChange, screen: Screen): string {
  const shown = (bytes: Uint8Array | undefined) => {
    if (bytes === undefined) return undefined;
    const text = new TextDecoder().decode(bytes);
    return kind === 'docker' ? redactJson(text) : text;
  };
  return diffText({ name: path, before: shown(before?.bytes), after: shown(after) }, screen);
}
