// Has @yao-pkg/pkg build one single executable, by the job in a file: what its command line has no options for.
'use strict';
const { readFileSync } = require('node:fs');
const { default: sea } = require('@yao-pkg/pkg/lib-es5/sea.js');

const { main, target, config } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
// Signing is the release's: a warning here would say what it says, too.
sea(main, { targets: [target], seaConfig: config, signature: false }).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
