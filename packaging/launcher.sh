#!/bin/sh
# Starts @PROGRAM@ from where this file is, wherever it was moved to or linked from, with the Node that it was built for,
# whatever Node, PATH or NODE_… variables the caller has.
unset NODE_OPTIONS NODE_PATH NODE_V8_COVERAGE NODE_REPL_EXTERNAL_MODULE NODE_REDIRECT_WARNINGS
unset NODE_DEBUG NODE_DEBUG_NATIVE NODE_PENDING_DEPRECATION OPENSSL_CONF OPENSSL_MODULES
# A core dump would write tokens to the disk.
ulimit -c 0

case $0 in
  */*) self=$0 ;;
  *) self=./$0 ;;
esac
while [ -L "$self" ]; do
  target=$(command -p readlink "$self")
  case $target in
    /*) self=$target ;;
    *) self=${self%/*}/$target ;;
  esac
done
folder=${self%/*}

@START@

message="@PROGRAM@: its files are not where they belong, beside $folder; @REMEDY@"
echo "$message"
echo "$message" >&2
exit 1
