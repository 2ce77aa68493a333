// Parses JSON into a tree with positions in the text, for files and policies that people write.
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';

/** `message` describes the text, as in `not valid JSON (CommaExpected)`. */
export type JsonTree =
  | { root: Node | undefined; fault?: undefined }
  | { root?: undefined; fault: { offset: number; message: string } };

export function jsonTree(text: string): JsonTree {
  const errors: ParseError[] = [];
  try {
    const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    const [first] = errors;
    if (first === undefined) return { root };
    return {
      fault: { offset: first.offset, message: `not valid JSON (${printParseErrorCode(first.error)})` },
    };
  } catch (error) {
    // The library is recursive, so deep nesting overflows the stack.
    if (!(error instanceof RangeError)) throw error;
    return { fault: { offset: 0, message: 'nested too deep' } };
  }
}
