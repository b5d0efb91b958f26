#!/system/bin/sh
# am get-current-user | get-started-user-state N: AOSP frameworks/base/services/core/java/com/android/server/am/
# ActivityManagerShellCommand.java, runGetCurrentUser() and runGetStartedUserState().
state=/data/teststate
case $1 in
  get-current-user) print 0 ;;
  get-started-user-state)
    while IFS='|' read -r id name flags running open; do
      [ "$id" = "$2" ] && [ "$running" = 1 ] && { print RUNNING_UNLOCKED; exit 0; }
    done < $state/users
    print -r -- "User is not started: $2" ;;
  *) print -r -- "Unknown command: $1" >&2; exit 255 ;;
esac
exit 0
