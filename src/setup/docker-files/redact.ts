// Hides the secrets of a JSON file, and values that may be secrets, before it is shown.
import { applyEdits, type Edit, type Node, parseTree } from 'jsonc-parser';
import { withoutUserinfo } from '../../userinfo.ts';

/**
 * Names in Docker's and podman's files (`auth`, `identitytoken`, `registrytoken`, `password`) and in plug-ins'
 * settings.
 */
const SECRET = /^auth$|token|passw|secret|authori[sz]ation|api[-_]?key|private|cookie|^httpheaders$/i;

const HIDDEN = '"(hidden)"';

/**
 * Replaces every secret value, and the userinfo of every URL, in the text of a JSON file. A text that is not JSON is
 * hidden completely.
 */
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

/**
 * Uses the parsed string: `@` may be written as `\u0040`. A password with a space or a quote in it is still one word.
 */
function inString({ offset, length, value }: Node): Edit[] {
  const word = String(value).replace(/[\s"']/g, '_');
  const shown = withoutUserinfo(word);
  return shown === word ? [] : [{ offset, length, content: JSON.stringify(shown) }];
}

/** Each leaf by itself: an object of headers still shows their names. */
function hide(node: Node): Edit[] {
  if (node.type === 'property') return (node.children ?? []).slice(1).flatMap(hide);
  if (node.type === 'object' || node.type === 'array') return (node.children ?? []).flatMap(hide);
  return node.type === 'null' ? [] : [{ offset: node.offset, length: node.length, content: HIDDEN }];
}
