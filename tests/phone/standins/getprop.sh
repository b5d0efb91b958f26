#!/system/bin/sh
# getprop [NAME [DEFAULT]]: system properties.
# Format: AOSP toybox toys/android/getprop.c, getprop_main() and print_callback(): "[name]: [value]", sorted; one name:
# its value or the default or an empty line. Recorded: Pixel, Android 10 (ChkBugReport examples/bugreports, SYSTEM
# PROPERTIES).
state=/data/teststate
if [ $# -eq 0 ]; then
  while IFS='=' read -r name value; do print -r -- "[$name]: [$value]"; done < $state/props
  exit 0
fi
while IFS='=' read -r name value; do
  [ "$name" = "$1" ] && [ -n "$value" ] && { print -r -- "$value"; exit 0; }
done < $state/props
print -r -- "$2"
