// Bytes with a secret in them, which are not left behind when they were read: what gets their memory next could read it.

/** Takes the chunks out of their list, and wipes them; what they are together is for the caller to wipe. */
export function joinAndWipe(chunks: Buffer[]): Buffer {
  const taken = chunks.splice(0);
  const [only] = taken;
  if (only !== undefined && taken.length === 1) return only;
  const joined = Buffer.concat(taken);
  for (const chunk of taken) chunk.fill(0);
  return joined;
}

/** What `read` makes of the bytes, which are wiped then. */
export function readAndWipe<T>(bytes: Buffer, read: (bytes: Buffer) => T): T {
  try {
    return read(bytes);
  } finally {
    bytes.fill(0);
  }
}
