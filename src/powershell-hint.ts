// A hint's command for PowerShell: hints are written for a POSIX shell, and Windows has none.

/** Each command of a POSIX shell that hints are made of, and how PowerShell puts it. */
const COMMANDS: readonly [RegExp, (...groups: string[]) => string][] = [
  [/\bexport ((?:\w+=(?:"[^"]*"|\S+) ?)+)/g, (_, settings = '') => assignments(settings)],
  [
    /\bunset ((?:\w+ ?)+)/g,
    (_, names = '') =>
      `Remove-Item ${words(names)
        .map((name) => `Env:${name}`)
        .join(', ')}`,
  ],
  [/\benv \| grep .*/g, () => 'Get-ChildItem Env:'],
  [/\$\{EDITOR:-vi\}/g, () => 'notepad'],
  [/\bls -ld? /g, () => 'Get-Item '],
  [/\bchmod u\+w /g, () => 'attrib -r '],
  [/\bsudo timedatectl set-ntp true\b/g, () => 'w32tm /resync'],
];

export function powershellHint(hint: string): string {
  return COMMANDS.reduce((text, [posix, powershell]) => text.replace(posix, powershell), hint);
}

/** `NAME=VALUE …`, the values in double quotes or without. */
function assignments(settings: string): string {
  return [...settings.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)]
    .map(([, name, quoted, bare]) => `$env:${name} = "${quoted ?? bare}"`)
    .join('; ');
}

function words(text: string): string[] {
  return text.trim().split(' ');
}
