#!/system/bin/sh
# cmd SERVICE …: AOSP frameworks/native/cmds/cmd/cmd.cpp, cmdMain(): a service nobody knows is "cmd: Can't find
# service: X", exit 20; `cmd -l` lists.
case $1 in
  package) shift; exec pm "$@" ;;
  user) [ "$2" = list ] && exec pm list users
        print -r -- "Unknown command: $2"; exit 255 ;;
  settings|content|appops) exec "$@" ;;
  -l) print -r -- "Currently running services:"; for s in appops content diskstats mount package settings user; do print "  $s"; done ;;
  *) print -r -- "cmd: Can't find service: $1" >&2; exit 20 ;;
esac
