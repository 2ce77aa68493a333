# Finds the first Node on PATH, if the program's own Node cannot run. It looks only in absolute entries of PATH, because a
# relative one depends on the folder in which this runs.
xacct_rest=${PATH-}:
xacct_node=
while [ -z "$xacct_node" ] && [ -n "$xacct_rest" ]; do
  xacct_entry=${xacct_rest%%:*}
  xacct_rest=${xacct_rest#*:}
  case $xacct_entry in
    /*) [ ! -f "$xacct_entry/node" ] || [ ! -x "$xacct_entry/node" ] || xacct_node=$xacct_entry/node ;;
  esac
done
if [ -n "$xacct_node" ] && [ -r "$xacct_script" ]; then
  xacct_version=$("$xacct_node" --version 2>/dev/null </dev/null) || xacct_version='that does not start'
  case $xacct_version in
    # An older Node supports neither --disable-sigusr1 nor an agent that uses a proxy.
    v22.2[1-9].* | v22.[3-9]?.* | v24.[5-9].* | v24.[1-9]?.* | v2[5-9].* | v[3-9]?.*)
      exec "$xacct_node" --disable-sigusr1 "$xacct_script" @COMMAND@"$@"
      ;;
  esac
  # If its own Node could run here, that Node is missing, and the message already says so.
  [ -n "$xacct_fits" ] ||
    xacct_message="@PROGRAM@: $xacct_node is Node $xacct_version, and 22.21, 24.5 or later is needed; install that"
elif [ -z "$xacct_fits" ] && [ -r "$xacct_script" ]; then
  xacct_message="@PROGRAM@: there is no Node on PATH; install Node 22.21 or later (Alpine: apk add nodejs)"
fi
