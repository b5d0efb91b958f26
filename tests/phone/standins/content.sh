#!/system/bin/sh
# content query --uri URI [--user N] [--projection A:B] [--where W] [--sort S]
# AOSP frameworks/base/cmds/content/src/com/android/commands/content/Content.java, QueryCommand.onExecute(): "Row: N
# column=value, column=value", nothing escaped, NULL as "NULL"; no rows: "No result found.". A refusal is an exception
# on standard error; the exit code stays 0 (same file, main()).
# The rows of each URI lie ready-made in the state folder: projection and where are not acted upon.
state=/data/teststate
uri=""
[ "$1" = query ] || { print -r -- "[ERROR] Unsupported operation: $1" >&2; exit 0; }
while [ $# -gt 0 ]; do
  case $1 in --uri) uri=$2; shift ;; esac
  shift
done
file=$state/content/${uri#content://}
file=${file%/}/rows
if [ -e "$file" ]; then
  cat "$file"
else
  print -r -- "Error while accessing provider:${uri#content://}" >&2
  print -r -- "java.lang.SecurityException: Permission Denial: opening provider from (null) (pid=4242, uid=2000)" >&2
fi
exit 0
