#!/system/bin/sh
# df: toybox's own; where a test plays a phone with too little room, that much is left.
# Format: AOSP toybox toys/posix/df.c, "Filesystem 1K-blocks Used Available Use% Mounted on".
toybox=/system/bin/toybox
[ ! -x /system/real/toybox ] || toybox=/system/real/toybox
[ -e /data/teststate/played/room ] || exec $toybox df "$@"
read -r room < /data/teststate/played/room
print "Filesystem      1K-blocks     Used Available Use% Mounted on"
print "/dev/block/dm-5  50000000 49000000 $(( room / 1024 ))  99% /data"
