#!/system/bin/sh
# appops get PACKAGE [OP] (also `cmd appops get`): AOSP frameworks/base/services/core/java/com/android/server/appop/
# AppOpsService.java (before Android 10 com/android/server/AppOpsService.java), onShellCommand(), "get": lines of the
# user id first ("Uid mode: OP: mode"), then the package's: "OP: mode; time=+1h2m3s4ms ago; rejectTime=… ago";
# "No operations." where there are none. Durations: android.util.TimeUtils.formatDuration(). Recorded besides: an Amazon
# tablet ("READ_EXTERNAL_STORAGE: allow; time=+1h17m41s910ms ago"), a television with Android 14 ("READ_MEDIA_IMAGES:
# allow; time=+1m43s406ms ago").
state=/data/teststate
[ "$1" = get ] || { print -r -- "Unknown command: $1" >&2; exit 255; }
package=$2
grep -q "^$package|" $state/packages || { print -r -- "Error: No UID for $package in user 0" >&2; exit 255; }
now=$(date +%s)
since() {
  typeset left=$((now - $1)) text=+
  [ $left -ge 86400 ] && text="$text$((left / 86400))d"
  [ $left -ge 3600 ] && text="$text$((left / 3600 % 24))h"
  [ $left -ge 60 ] && text="$text$((left / 60 % 60))m"
  [ $left -ge 1 ] && text="$text$((left % 60))s"
  print -rn -- "${text}7ms"
}
any=""
while IFS='|' read -r name op mode time rejected of_uid; do
  [ "$name" = "$package" ] || continue
  any=1
  if [ -n "$of_uid" ]; then print -r -- "Uid mode: $op: $mode"; continue; fi
  print -rn -- "$op: $mode"
  [ -n "$time" ] && print -rn -- "; time=$(since $time) ago"
  [ -n "$rejected" ] && print -rn -- "; rejectTime=$(since $rejected) ago"
  print -r --
done < $state/appops
[ -n "$any" ] || print -r -- "No operations."
exit 0
