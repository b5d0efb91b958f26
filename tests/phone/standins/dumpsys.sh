#!/system/bin/sh
# dumpsys [-t SECONDS] SERVICE [ARGUMENT…]: package, diskstats, user, mount.
# A service nobody knows: "Can't find service: X" on standard error, exit 0 (AOSP frameworks/native/cmds/dumpsys/
# dumpsys.cpp, main()).
state=/data/teststate
read -r sdk < $state/sdk

# AOSP frameworks/base/services/core/java/com/android/server/pm/Settings.java, dumpPackageLPr(). Recorded: Pixel,
# Android 10 (ChkBugReport examples/bugreports); emulators with Android 13 and 14 (public dumps of `dumpsys package`).
# What changed between them: "userId=" became "appId=" (14), firstInstallTime moved into each user's lines (13).
one_package() {
  print -r -- "  Package [$name] (cdce25a):"
  if [ $sdk -ge 34 ]; then print -r -- "    appId=$appid"; else print -r -- "    userId=$appid"; fi
  print -r -- "    pkg=Package{29ffc8b $name}"
  print -r -- "    codePath=$folder"
  print -r -- "    resourcePath=$folder"
  print -r -- "    legacyNativeLibraryDir=$folder/lib"
  [ $sdk -ge 33 ] && print -r -- "    extractNativeLibs=true"
  print -r -- "    primaryCpuAbi=arm64-v8a"
  print -r -- "    secondaryCpuAbi=null"
  print -r -- "    versionCode=$version minSdk=24 targetSdk=$sdk"
  [ $sdk -ge 33 ] && print -r -- "    minExtensionVersions=[]"
  print -r -- "    versionName=$versionname"
  typeset names=base split
  typeset IFS=,
  for split in $splits; do split=${split#split_}; names="$names, ${split%.apk}"; done
  unset IFS
  print -r -- "    splits=[$names]"
  print -r -- "    apkSigningVersion=3"
  typeset flags="HAS_CODE ALLOW_CLEAR_USER_DATA ALLOW_BACKUP"
  [ "$debuggable" = 1 ] && flags="DEBUGGABLE $flags"
  [ $issystem = 1 ] && flags="SYSTEM $flags"
  print -r -- "    flags=[ $flags ]"
  print -r -- "    dataDir=/data/user/0/$name"
  print -r -- "    supportsScreens=[small, medium, large, xlarge, resizeable, anyDensity]"
  print -r -- "    timeStamp=$updated"
  typeset entry
  if [ $sdk -lt 33 ]; then
    for entry in "${first%%,*}"; do print -r -- "    firstInstallTime=${entry#*@}"; done
  fi
  print -r -- "    lastUpdateTime=$updated"
  if [ "$from" != null ] || [ $sdk -ge 34 ]; then print -r -- "    installerPackageName=$from"; fi
  print -r -- "    signatures=PackageSignatures{b9faada version:3, signatures:[$signer], past signatures:[]}"
  print -r -- "    installPermissionsFixed=true"
  print -r -- "    pkgFlags=[ $flags ]"
  print -r -- "    requested permissions:"
  print -r -- "      android.permission.INTERNET"
  print -r -- "    install permissions:"
  print -r -- "      android.permission.INTERNET: granted=true"
  typeset id rest installed time
  while IFS='|' read -r id rest; do
    installed=false; time="1970-01-01 00:00:00"
    case ",$users," in *",$id,"*) installed=true ;; esac
    IFS=,
    for entry in $first; do [ "${entry%%@*}" = "$id" ] && time=${entry#*@}; done
    unset IFS
    typeset more=""
    [ $sdk -ge 30 ] && more=" distractionFlags=0"
    print -r -- "    User $id: ceDataInode=860162 installed=$installed hidden=false suspended=false$more stopped=false notLaunched=false enabled=0 instant=false virtual=false"
    if [ $sdk -ge 33 ]; then
      print -r -- "      installReason=0"
      print -r -- "      firstInstallTime=$time"
      print -r -- "      uninstallReason=0"
    fi
    print -r -- "      gids=[3003]"
    print -r -- "      runtime permissions:"
  done < $state/users
}

package_service() {
  typeset wanted=$1 found=""
  [ "$wanted" = packages ] && wanted=""
  if [ -z "$1" ]; then
    # Far more stands here on a phone (resolver tables of 6,000 lines and more); a reader has to find its section.
    print -r -- "Database versions:"
    print -r -- "  Internal:"
    print -r -- "    sdkVersion=$sdk databaseVersion=3 "
    print -r --
    print -r -- "Features:"
    print -r -- "  android.hardware.camera.autofocus"
    print -r --
    print -r -- "Key Set Manager:"
    while IFS='|' read -r name rest; do print -r -- "  [$name]"; print -r -- "      Signing KeySets: 1"; done < $state/packages
    print -r --
  fi
  while IFS='|' read -r name appid version versionname from folder base splits issystem users first updated signer debuggable; do
    [ -z "$wanted" ] || [ "$wanted" = "$name" ] || continue
    [ -n "$found" ] || print -r -- "Packages:"
    found=1
    one_package
  done < $state/packages
  [ -z "$wanted" ] || [ -n "$found" ] || { print -r -- "Unable to find package: $wanted"; return; }
  [ -n "$1" ] && { print -r --; print -r -- "Dexopt state:"; print -r -- "  [$wanted]"; return; }
  print -r --
  print -r -- "Shared users:"
  print -r -- "  SharedUser [android.media] (81c08d6):"
  print -r -- "    userId=10044"
}

# AOSP …/server/DiskStatsService.java, dump() and reportCachedValues() ("App Data Size(s)" since Android 9). Without
# /data/system/diskstats_cache.json (made once a day while charging and idle) it ends after the encryption line: so
# recorded on the Pixel with Android 10. JSON arrays as org.json prints them: no spaces.
diskstats() {
  print -r -- "Latency: 1ms [512B Data Write]"
  print -r -- "Recent Disk Write Speed data unavailable"
  print -r -- "Data-Free: 20349932K / 25497924K total = 79% free"
  print -r -- "Cache-Free: 20349932K / 25497924K total = 79% free"
  print -r -- "System-Free: 1030748K / 2063196K total = 49% free"
  print -r -- "File-based Encryption: true"
  [ -e $state/diskstats ] || return
  typeset names="" apps="" datas="" caches="" a=0 d=0 c=0 name app data cache
  while IFS='|' read -r name app data cache; do
    names="$names,\"$name\""; apps="$apps,$app"; datas="$datas,$data"; caches="$caches,$cache"
    a=$((a + app)); d=$((d + data)); c=$((c + cache))
  done < $state/diskstats
  print -r -- "App Size: $a"
  [ $sdk -ge 28 ] && print -r -- "App Data Size: $d"
  print -r -- "App Cache Size: $c"
  print -r -- "Photos Size: 1052672"
  print -r -- "Videos Size: 0"
  print -r -- "Audio Size: 0"
  print -r -- "Downloads Size: 4096"
  print -r -- "System Size: 6147383296"
  print -r -- "Other Size: 49152"
  print -r -- "Package Names: [${names#,}]"
  print -r -- "App Sizes: [${apps#,}]"
  [ $sdk -ge 28 ] && print -r -- "App Data Sizes: [${datas#,}]"
  print -r -- "Cache Sizes: [${caches#,}]"
}

# AOSP …/server/pm/UserManagerService.java, dump(). Recorded: Pixel, Android 10.
user() {
  print -r -- "Users:"
  while IFS='|' read -r id name flags running open; do
    print -r -- "  UserInfo{$id:$name:$flags} serialNo=$id"
    if [ "$running" = 1 ]; then print -r -- "    State: RUNNING_UNLOCKED"; else print -r -- "    State: -1"; fi
    print -r -- "    Has profile owner: false"
    print -r -- "    Restrictions:"
    if [ "$open" = 1 ]; then print -r -- "      none"; else print -r -- "      no_debugging_features"; fi
  done < $state/users
  print -r --
  print -r -- "  Max users: 4"
}

# AOSP …/server/StorageManagerService.java, dump(), and core/java/android/os/storage/VolumeInfo.java, dump().
# Recorded: Pixel, Android 10 (an emulated volume only).
mount_service() {
  print -r -- "Disks:"
  print -r --
  print -r -- "Volumes:"
  while IFS='|' read -r id kind status uuid path; do
    print -r -- "  VolumeInfo{$id}:"
    print -r -- "    type=$kind diskId=null partGuid= mountFlags=VISIBLE mountUserId=-10000 state=MOUNTED "
    print -r -- "    fsType=null fsUuid=$uuid fsLabel=null "
    print -r -- "    path=$path internalPath=null "
  done < $state/volumes
  print -r --
}

while [ $# -gt 0 ]; do
  case $1 in
    -t|-T) shift 2 ;;
    -l) print -r -- "Currently running services:"; for s in diskstats mount package user; do print "  $s"; done; exit 0 ;;
    *) break ;;
  esac
done
service=$1; [ $# -gt 0 ] && shift
case $service in
  package) package_service "$@" ;;
  diskstats) diskstats ;;
  user) user ;;
  mount) mount_service ;;
  *) print -r -- "Can't find service: $service" >&2 ;;
esac
exit 0
