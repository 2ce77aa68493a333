#!/bin/sh
# Starts @PROGRAM@ with the Node it was built for, whatever Node, PATH or NODE_… variables the caller has.
unset NODE_OPTIONS NODE_PATH NODE_V8_COVERAGE NODE_REPL_EXTERNAL_MODULE NODE_REDIRECT_WARNINGS
unset NODE_DEBUG NODE_DEBUG_NATIVE NODE_PENDING_DEPRECATION OPENSSL_CONF OPENSSL_MODULES
# A core dump would write tokens to the disk.
ulimit -c 0
if [ ! -x @NODE@ ] || [ ! -r @SCRIPT@ ]; then
  message='@PROGRAM@: its files are no longer where it was built; in its source folder, run: npm run build'
  echo "$message"
  echo "$message" >&2
  exit 1
fi
exec @NODE@ --disable-sigusr1 @SCRIPT@ @COMMAND@"$@"
