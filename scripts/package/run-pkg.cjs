// Builds one single executable with @yao-pkg/pkg. The job is in a file, because pkg's command line lacks the options.
'use strict';
const { readFileSync } = require('node:fs');
const { default: sea } = require('@yao-pkg/pkg/lib-es5/sea.js');

const { main, target, config } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
// The release signs later; pkg's warning about that would be noise.
sea(main, { targets: [target], seaConfig: config, signature: false }).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
