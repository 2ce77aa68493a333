// How a helper in this process asks AWS: in minters that are started for it, none kept ready.

import type { SelfCommand } from '../invocation.ts';
import { createMinters, mintDeadline } from '../minter/start-minter.ts';
import { answerOf } from '../questions.ts';
import { timeoutMs } from '../wire/daemon-variables.ts';
import type { HereDeps } from './answer-here.ts';

export function askInMinters(self: SelfCommand): Pick<HereDeps, 'mint' | 'whoAmI' | 'deadline'> {
  const minters = createMinters(self, 0);
  return {
    mint: (resolution, env, mfa) => minters.mint(resolution, env, timeoutMs(env), mfa),
    whoAmI: async (resolution, env, mfa) =>
      answerOf(await minters.whoAmI(resolution, env, timeoutMs(env), mfa)),
    deadline: (env) => mintDeadline(timeoutMs(env)),
  };
}
