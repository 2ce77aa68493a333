// What of a JSON file may be shown: everything but the values that are secret, or may be.
import { applyEdits, type Edit, type Node, parseTree } from 'jsonc-parser';

/** Names of Docker's and podman's own (`auth`, `identitytoken`, `registrytoken`, `password`) and of plug-ins' settings. */
const SECRET = /^auth$|token|passw|secret|authori[sz]ation|api[-_]?key|private|cookie|^httpheaders$/i;

const HIDDEN = '"(hidden)"';

/** The text of a JSON file with every secret value, and the password in every URL, replaced. Text that is no JSON is hidden whole. */
export function redactJson(text: string): string {
  const root = parseTree(text);
  if (root === undefined) return text.trim() === '' ? text : HIDDEN;
  return applyEdits(text, redactions(root)).replace(/(:\/\/)[^/@\s"]+@/g, '$1(hidden)@');
}

function redactions(node: Node): Edit[] {
  const [key, value] = node.children ?? [];
  if (node.type === 'property' && key !== undefined && value !== undefined) {
    return SECRET.test(String(key.value)) ? hide(value) : redactions(value);
  }
  return (node.children ?? []).flatMap(redactions);
}

/** Every leaf: an object of headers still shows their names. */
function hide(node: Node): Edit[] {
  if (node.type === 'property') return (node.children ?? []).slice(1).flatMap(hide);
  if (node.type === 'object' || node.type === 'array') return (node.children ?? []).flatMap(hide);
  return node.type === 'null' ? [] : [{ offset: node.offset, length: node.length, content: HIDDEN }];
}
