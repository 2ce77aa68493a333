// JSON as a tree that knows where in the text each part is, for files and policies that people write.
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';

/** The message is what it is, as in `not valid JSON (CommaExpected)`. */
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
    // The library calls itself for each level.
    if (!(error instanceof RangeError)) throw error;
    return { fault: { offset: 0, message: 'nested too deep' } };
  }
}
