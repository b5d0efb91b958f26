#!/system/bin/sh
# wm size: AOSP frameworks/base/services/core/java/com/android/server/wm/WindowManagerShellCommand.java,
# printInitialDisplaySize(): "Physical size: WxH", and "Override size: WxH" where one is set.
state=/data/teststate
[ "$1" = size ] || { print -r -- "Unknown command: $1" >&2; exit 255; }
while IFS='|' read -r kind size; do print -r -- "$kind size: $size"; done < $state/screen
exit 0
