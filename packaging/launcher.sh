#!/bin/sh
# Starts @PROGRAM@ from the folder of this file, also after a move or through a link. It uses the Node that the program was
# built for, and ignores the caller's Node, PATH and NODE_… variables. If that Node cannot run, it uses the Node on PATH.
# Variables that Node would read are hidden from it, and kept for the other programs that it starts. This script's own
# variables begin with xacct_, because the shell passes on every name that its caller has exported.
for xacct_name in NODE_OPTIONS NODE_PATH NODE_V8_COVERAGE NODE_REPL_EXTERNAL_MODULE NODE_REDIRECT_WARNINGS \
  NODE_DEBUG NODE_DEBUG_NATIVE NODE_PENDING_DEPRECATION OPENSSL_CONF OPENSSL_MODULES; do
  eval "[ -z \"\${$xacct_name+set}\" ] || export ECR_XACCT_CALLER_$xacct_name=\"\$$xacct_name\""
  unset "$xacct_name"
done
# Node crashes at a locale whose language has more than eleven letters. Such a locale is kept in the same way.
for xacct_name in LC_ALL LC_MESSAGES LANG; do
  eval "xacct_value=\${$xacct_name-}"
  case ${xacct_value%%[-_.@]*} in
    ????????????*)
      eval "export ECR_XACCT_CALLER_$xacct_name=\"\$$xacct_name\""
      unset "$xacct_name"
      ;;
  esac
done
# A core dump would write tokens to the disk.
ulimit -c 0

case $0 in
  */*) xacct_self=$0 ;;
  *) xacct_self=./$0 ;;
esac
while [ -L "$xacct_self" ]; do
  xacct_target=$(command -p readlink "$xacct_self")
  case $xacct_target in
    /*) xacct_self=$xacct_target ;;
    *) xacct_self=${xacct_self%/*}/$xacct_target ;;
  esac
done
xacct_folder=${xacct_self%/*}

# The Nodes that it was built for need glibc or macOS. On Alpine, a replacement for glibc may start them, but lacks functions
# that they call.
xacct_fits=
if [ ! -e /etc/alpine-release ]; then
  [ ! -e /lib64/ld-linux-x86-64.so.2 ] && [ ! -e /lib/ld-linux-aarch64.so.1 ] && [ ! -d /System/Library ] || xacct_fits=yes
fi
xacct_message="@PROGRAM@: its files are not where they belong, beside $xacct_folder; @REMEDY@"

@START@

echo "$xacct_message"
echo "$xacct_message" >&2
exit 1
