// What of a JSON file may be shown: everything but the values that are secret, or may be.
import { applyEdits, type Edit, type Node, parseTree } from 'jsonc-parser';
import { withoutUserinfo } from '../../userinfo.ts';

/** Names of Docker's and podman's own (`auth`, `identitytoken`, `registrytoken`, `password`) and of plug-ins' settings. */
const SECRET = /^auth$|token|passw|secret|authori[sz]ation|api[-_]?key|private|cookie|^httpheaders$/i;

const HIDDEN = '"(hidden)"';

/** The text of a JSON file with every secret value, and the userinfo of every URL, replaced. Text that is no JSON is hidden whole. */
export function redactJson(text: string): string {
  const root = parseTree(text);
  if (root === undefined) return text.trim() === '' ? text : HIDDEN;
  return applyEdits(text, redactions(root));
}

function redactions(node: Node): Edit[] {
  const [key, value] = node.children ?? [];
  if (node.type === 'property' && key !== undefined && value !== undefined) {
    return [...redactions(key), ...(SECRET.test(String(key.value)) ? hide(value) : redactions(value))];
  }
  return node.type === 'string' ? inString(node) : (node.children ?? []).flatMap(redactions);
}

/** By what the string means: `@` may be written as `\u0040`. A password with a blank or a quote in it is still one word. */
function inString({ offset, length, value }: Node): Edit[] {
  const word = String(value).replace(/[\s"']/g, '_');
  const shown = withoutUserinfo(word);
  return shown === word ? [] : [{ offset, length, content: JSON.stringify(shown) }];
}

/** Every leaf: an object of headers still shows their names. */
function hide(node: Node): Edit[] {
  if (node.type === 'property') return (node.children ?? []).slice(1).flatMap(hide);
  if (node.type === 'object' || node.type === 'array') return (node.children ?? []).flatMap(hide);
  return node.type === 'null' ? [] : [{ offset: node.offset, length: node.length, content: HIDDEN }];
}
