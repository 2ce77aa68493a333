// Overwrites the bytes of a secret after they are read: otherwise the next user of that memory could read them.

/** Takes the chunks out of their list and wipes them. The caller wipes the joined bytes. */
export function joinAndWipe(chunks: Buffer[]): Buffer {
  const taken = chunks.splice(0);
  const [only] = taken;
  if (only !== undefined && taken.length === 1) return only;
  const joined = Buffer.concat(taken);
  for (const chunk of taken) chunk.fill(0);
  return joined;
}

/** The result of `read`; the bytes are wiped afterwards. */
export function readAndWipe<T>(bytes: Buffer, read: (bytes: Buffer) => T): T {
  try {
    return read(bytes);
  } finally {
    bytes.fill(0);
  }
}
