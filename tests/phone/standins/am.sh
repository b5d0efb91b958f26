#!/system/bin/sh
# am get-current-user | get-started-user-state N | force-stop [--user N] PACKAGE | broadcast -a …MEDIA_SCANNER_SCAN_FILE -d file://PATH | start -a … -d URI: AOSP frameworks/base/services/core/java/com/android/server/am/
# ActivityManagerShellCommand.java, runGetCurrentUser(), runGetStartedUserState(), runSendBroadcast() ("Broadcasting:
# Intent {…}", "Broadcast completed: result=0") and runStartActivity() ("Starting: Intent {…}"). The receiver of the
# broadcast: AOSP packages/providers/MediaProvider/src/com/android/providers/media/MediaReceiver.java.
state=/data/teststate
case $1 in
  get-current-user) print 0 ;;
  get-started-user-state)
    while IFS='|' read -r id name flags running open; do
      [ "$id" = "$2" ] && [ "$running" = 1 ] && { print RUNNING_UNLOCKED; exit 0; }
    done < $state/users
    print -r -- "User is not started: $2" ;;
  broadcast)
    uri=""
    while [ $# -gt 0 ]; do case $1 in -d) uri=$2; shift ;; -a) action=$2; shift ;; esac; shift; done
    print -r -- "Broadcasting: Intent { act=$action dat=$uri flg=0x400000 }"
    [ "$action" = android.intent.action.MEDIA_SCANNER_SCAN_FILE ] && [ ! -e $state/media/deaf ] &&
      /system/bin/media-scan "$(print -- "${uri#file://}" | sed 's/%/\\x/g' | while read -r p; do print -n -- "$p"; done)"
    print -r -- "Broadcast completed: result=0" ;;
  start)
    uri=""
    while [ $# -gt 0 ]; do case $1 in -d) uri=$2; shift ;; -t) kind=$2; shift ;; -a) action=$2; shift ;; esac; shift; done
    print -r -- "Starting: Intent { act=$action dat=$uri typ=$kind }"
    print -r -- "$uri" >> $state/media/shown ;;
  force-stop)
    # runForceStop(): ends all of the app's processes; it is not started again until somebody opens it.
    shift; user=0 uid=
    while [ $# -gt 1 ]; do case $1 in --user) user=$2; shift ;; esac; shift; done
    print -r -- "$user $1" >> $state/stopped
    while read -r name id flag; do
      [ "$name" = "$1" ] && [ ! -e $state/stubborn ] && uid=$((user * 100000 + id))
    done < $state/runas
    [ -n "$uid" ] && set -- $(ps -A -o UID,PID) && while [ $# -gt 1 ]; do
      [ "$1" = "$uid" ] && kill -9 "$2"; shift 2
    done ;;
  *) print -r -- "Unknown command: $1" >&2; exit 255 ;;
esac
exit 0
