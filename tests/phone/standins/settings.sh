#!/system/bin/sh
# settings [--user N] get|list NAMESPACE [KEY]
# AOSP frameworks/base/packages/SettingsProvider/.../SettingsService.java, MyShellCommand.onCommand(): a missing key
# prints "null"; list prints KEY=VALUE, sorted.
state=/data/teststate
[ "$1" = --user ] && shift 2
verb=$1 namespace=$2 wanted=$3
case $verb in
  get)
    while IFS='|' read -r space key value; do
      [ "$space" = "$namespace" ] && [ "$key" = "$wanted" ] && { print -r -- "$value"; exit 0; }
    done < $state/settings
    print null ;;
  list)
    while IFS='|' read -r space key value; do
      [ "$space" = "$namespace" ] && print -r -- "$key=$value"
    done < $state/settings ;;
  *) print -r -- "Invalid command: $verb" >&2; exit 255 ;;
esac
exit 0
