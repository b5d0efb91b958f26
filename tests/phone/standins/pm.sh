#!/system/bin/sh
# pm …: what the package manager tells. Since Android 8 it is a script around `cmd package` (AOSP
# frameworks/base/cmds/pm/pm); both names end here.
# Formats: AOSP frameworks/base/services/core/java/com/android/server/pm/PackageManagerShellCommand.java
#   runListPackages(): "package:" [PATH "="] NAME [" versionCode:"N] ["  installer="NAME] [" uid:"N]
#   runPath(), displayPackageFilePath(): "package:"PATH, base first, then the splits; nothing and 1 where there is none
#   an option it does not know: "Error: Unknown option: X" on standard output, result -1
# and UserManagerServiceShellCommand.java runList() (before Android 12: PackageManagerShellCommand.runListUsers()).
# Recorded shape of -f: Android 14 emulator, "package:/data/app/~~…==/PKG-…==/base.apk=PKG".
# The tables: see tests/phone/state.py.
state=/data/teststate

refused() {  # is this word one that the phone's age does not know?
  while read -r word; do [ "$word" = "$1" ] && return 0; done < $state/refused
  return 1
}

# Shell is kept out of users with no_debugging_features: ActivityManager's handleIncomingUser throws.
enter_user() {
  while IFS='|' read -r id name flags running open; do
    [ "$id" = "$1" ] || continue
    [ "$open" = 1 ] && return 0
    print -r -- "Exception occurred while executing '$verb':" >&2
    print -r -- "java.lang.SecurityException: Shell does not have permission to access user $1" >&2
    exit 255
  done < $state/users
  return 0  # a user nobody has: no packages, no complaint
}

user_number() {
  case $1 in
    current|cur) print 0 ;;
    *[!0-9]*|'') print -r -- "Error: Invalid user number: $1" >&2; exit 255 ;;
    *) print -r -- "$1" ;;
  esac
}

in_list() { case ",$2," in *",$1,"*) return 0 ;; esac; return 1; }

list_packages() {
  typeset path="" code="" installer="" uid="" system="" third="" user=0 filter=""
  while [ $# -gt 0 ]; do
    case $1 in
      -*) refused "$1" && { print -r -- "Error: Unknown option: $1"; exit 255; } ;;
    esac
    case $1 in
      -f) path=1 ;; -i) installer=1 ;; -U) uid=1 ;; --show-versioncode) code=1 ;;
      -s) system=1 ;; -3) third=1 ;; -a|-e|-l|-u) ;; -d) exit 0 ;;
      --user) shift; user=$(user_number "$1") || exit 255 ;;
      -*) print -r -- "Error: Unknown option: $1"; exit 255 ;;
      *) filter=$1 ;;
    esac
    shift
  done
  enter_user $user
  while IFS='|' read -r name appid version versionname from folder base splits issystem users rest; do
    in_list $user "$users" || continue
    case $name in *"$filter"*) ;; *) continue ;; esac
    [ -n "$system" ] && [ $issystem = 0 ] && continue
    [ -n "$third" ] && [ $issystem = 1 ] && continue
    line=package:
    [ -n "$path" ] && line=$line$folder/$base=
    line=$line$name
    [ -n "$code" ] && line="$line versionCode:$version"
    [ -n "$installer" ] && line="$line  installer=$from"
    [ -n "$uid" ] && line="$line uid:$(( user * 100000 + appid ))"
    print -r -- "$line"
  done < $state/packages
}

list_users() {
  print -r -- "Users:"
  while IFS='|' read -r id name flags running open; do
    line="	UserInfo{$id:$name:$flags}"
    [ "$running" = 1 ] && line="$line running"
    print -r -- "$line"
  done < $state/users
}

path() {
  typeset user=0 wanted="" found=1
  while [ $# -gt 0 ]; do
    case $1 in
      --user) refused --user && { print -r -- "Error: Unknown option: --user"; exit 255; }
              shift; user=$(user_number "$1") || exit 255 ;;
      *) wanted=$1 ;;
    esac
    shift
  done
  [ -n "$wanted" ] || { print -r -- "Error: no package specified" >&2; exit 1; }
  enter_user $user
  while IFS='|' read -r name appid version versionname from folder base splits issystem users rest; do
    [ "$name" = "$wanted" ] && in_list $user "$users" || continue
    print -r -- "package:$folder/$base"
    typeset IFS=,
    for split in $splits; do print -r -- "package:$folder/$split"; done
    found=0
    break
  done < $state/packages
  exit $found
}

verb=$1; [ $# -gt 0 ] && shift
case $verb in
  install|install-create|install-write|install-commit|install-abandon|uninstall|clear)
    exec as-system "$verb" "$@" ;;  # the system server's side: package-server.sh
  list)
    what=$1; [ $# -gt 0 ] && shift
    case $what in
      package|packages) list_packages "$@" ;;
      user|users) list_users ;;
      *) print -r -- "Error: unknown list type '$what'"; exit 255 ;;
    esac ;;
  path) path "$@" ;;
  dump) exec dumpsys package "$1" ;;
  get-max-users) print -r -- "Maximum supported users: 4" ;;
  *) print -r -- "Unknown command: $verb"; exit 255 ;;
esac
