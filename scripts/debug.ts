// Runs the program from source. Its minter stops in this file for a debugger, at port 9230.
//
// usage: ECR_XACCT_DAEMON=off ECR_XACCT_TIMEOUT=600 node scripts/debug.ts helper get
import { open, waitForDebugger } from 'node:inspector';

const [, , command, option] = process.argv;
// A minter that is kept ready would only wait.
if (command === 'mint' && option !== '--spare') {
  open(9230);
  waitForDebugger();
  // biome-ignore lint/suspicious/noDebugger: it is what this file is for.
  debugger;
}
await import('../src/main.ts');
