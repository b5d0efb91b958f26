#!/system/bin/sh
# sm list-volumes [public|private|emulated|all]: AOSP frameworks/base/cmds/sm/src/com/android/commands/sm/Sm.java,
# runListVolumes(): "ID STATE UUID", the UUID "null" where there is none.
state=/data/teststate
[ "$1" = list-volumes ] || { print -r -- "usage: sm list-volumes [public|private|emulated|all]" >&2; exit 1; }
while IFS='|' read -r id kind status uuid path; do
  case $2 in
    public) [ $kind = PUBLIC ] || continue ;;
    private) [ $kind = PRIVATE ] || continue ;;
    emulated) [ $kind = EMULATED ] || continue ;;
  esac
  print -r -- "$id $status $uuid"
done < $state/volumes
exit 0
