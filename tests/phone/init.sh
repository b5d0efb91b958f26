#!/bin/bash
# The test phone's first process: alone in new network, mount and process namespaces, so that its end ends all of them.
# usage: unshare --net --mount --pid --uts --ipc --fork --kill-child --propagation unchanged bash init.sh ROOT IMAGE PORT
# One command a line on standard input, one answer a line: start, start-root, kill, end. The end of the input ends the phone.
set -uo pipefail
root=$1 image=$2 port=$3
fail() { echo "error $*"; exit 1; }

hostname localhost || fail "hostname"
ip link set lo up || fail "ip link"
# Nothing mounted here may show outside. In a chroot `/` is no mount point: then the phone's folder becomes a private one.
mount --make-rprivate / 2>/dev/null || { mount --bind "$root" "$root" && mount --make-private "$root"; } || fail "mount"
# Programs and libraries are shared by all phones, read-only; what differs from phone to phone lies in ROOT itself.
# One `mount` for all of them: a phone is started a thousand times in a run of the tests.
table=$root/../mounts
# As fstab(5) wants it.
escaped() { local path=${1//\\/\\134}; path=${path// /\\040}; printf %s "${path//$'\t'/\\011}"; }
there=$(escaped "$root") shared=$(escaped "$image")
{
  for dir in "$image"/mounts/*; do
    name=${dir##*/}; place=$root/${name//+//}
    [ -d "$place" ] || mkdir -p "$place"
    printf "%s\n" "$shared/mounts/$name $there/${name//+//} none bind,ro"
  done
  for device in null zero full random urandom tty; do
    : > "$root/dev/$device"
    printf "%s\n" "/dev/$device $there/dev/$device none bind"
  done
  printf "%s\n" "proc $there/proc proc defaults"
  printf "%s\n" "devpts $there/dev/pts devpts newinstance,ptmxmode=0666,mode=0600"
} > "$table"
mount --all --fstab "$table" || fail "mount"
echo "ok ready"

adbd=""
while read -r verb; do
  case $verb in
    start | start-root)
      # Groups of the shell user: AOSP packages/modules/adb/daemon/main.cpp, drop_privileges(). Environment: what
      # init(8) gives every process on a phone (system/core/rootdir/init.environ.rc.in).
      # As root (what `adb root` makes of it) it drops nothing.
      who=(--userspec=2000:2000 --groups=1004,1007,1011,1015,1028,1078,1079,3001,3002,3003,3006,3009,3011)
      [ "$verb" = start-root ] && who=(--userspec=0:0 --groups=)
      env -i PATH=/system/bin:/vendor/bin ADBD_PORT="$port" HOME=/ SHELL=/system/bin/sh TMPDIR=/data/local/tmp \
        ANDROID_ROOT=/system ANDROID_DATA=/data ANDROID_STORAGE=/storage EXTERNAL_STORAGE=/sdcard \
        "$(command -v chroot)" "${who[@]}" \
        "$root" /system/bin/adbd > "$root/../adbd.log" 2>&1 < /dev/null &
      adbd=$!
      echo "ok $adbd" ;;
    kill)
      # Everything but this process: a phone that loses its adbd loses the shells it ran, too.
      [ -n "$adbd" ] && kill -9 "$adbd" 2>/dev/null
      kill -9 -1 2>/dev/null
      wait 2>/dev/null; adbd=""
      echo "ok" ;;
    end) break ;;
    *) echo "error unknown command" ;;
  esac
done
kill -9 -1 2>/dev/null
exit 0
