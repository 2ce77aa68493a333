// Edits a config.yaml whose form cannot be edited as text: the YAML library writes the whole file again.
import { type Document, isScalar, parseDocument, type Scalar, visit } from 'yaml';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { checkedConfig, type PlainConfig, saysJust } from './edit-text.ts';
import { YAML_OPTIONS } from './load.ts';

/** Accepts only a text that parseConfig accepts. A key whose value is null becomes an empty map. */
export function editable(text: string): Document {
  const document: Document = parseDocument(text, YAML_OPTIONS);
  if (isNull(document.contents)) document.contents = emptyMap(document, document.contents);
  const registries = document.get('registries', true);
  if (isNull(registries)) document.set('registries', emptyMap(document, registries));
  return document;
}

function isNull(node: unknown): node is Scalar<null> {
  return isScalar(node) && node.value === null;
}

function emptyMap(document: Document, { comment, commentBefore }: Scalar) {
  return Object.assign(document.createNode({}), {
    comment: comment ?? null,
    commentBefore: commentBefore ?? null,
  });
}

/**
 * The document as text. For messages, `from` is the text before and `what` says what was changed.
 * @throws XacctError `config-invalid`, also if the text does not say exactly `wanted`, because an alias refers to what
 * was changed.
 */
export function rewritten(
  document: Document,
  { from, wanted, what, file }: { from: string; wanted: PlainConfig; what: string; file: string },
): string {
  const alias = brokenAlias(document, from);
  const text = alias === undefined ? document.toString({ lineWidth: 0 }) : undefined;
  if (text !== undefined && saysJust(text, wanted)) return checkedConfig(text, file);
  const place = alias === undefined ? file : `${file}:${alias.line}`;
  const name = alias === undefined ? 'an alias of YAML' : `*${alias.name}, an alias of YAML,`;
  throw new XacctError('config-invalid', `${place}: ${name} refers to ${what}`, {
    hint: { say: 'change it by hand:', run: command`$EDITOR ${file}` },
  });
}

/** The first alias whose anchor no longer exists. */
function brokenAlias(document: Document, text: string): { name: string; line: number } | undefined {
  let found: { name: string; line: number } | undefined;
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return undefined;
      found = { name: alias.source, line: text.slice(0, alias.range?.[0] ?? 0).split('\n').length };
      return visit.BREAK;
    },
  });
  return found;
}
