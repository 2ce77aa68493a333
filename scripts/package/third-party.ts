export function thirdParty(metafiles: readonly unknown[], nodeVersion: string): string[] {
  return [String(metafiles.length), nodeVersion];
}
export function licenceTexts(components: readonly string[]): string {
  return `${components.join('\n')}\n`;
}
export function cyclonedx(
  components: readonly string[],
  { version, epoch }: { version: string; epoch: number },
): string {
  return JSON.stringify({ components, version, epoch });
}
