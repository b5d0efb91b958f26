#!/system/bin/sh
# dumpsys [-t SECONDS] SERVICE [ARGUMENT…]: package, diskstats, user, mount, netstats.
# A service nobody knows: "Can't find service: X" on standard error, exit 0 (AOSP frameworks/native/cmds/dumpsys/
# dumpsys.cpp, main()).
state=/data/teststate
read -r sdk < $state/sdk

# AOSP frameworks/base/services/core/java/com/android/server/pm/Settings.java, dumpPackageLPr(). Recorded: Pixel,
# Android 10 (ChkBugReport examples/bugreports); emulators with Android 13 and 14 (public dumps of `dumpsys package`).
# What changed between them: "userId=" became "appId=" (14), firstInstallTime moved into each user's lines (13). Recorded
# besides: a Huawei with Android 7 (no minSdk, no apkSigningVersion; PackageSignatures with hashes alone, as before 9), and
# YouTube on Android 14 ("past signatures:[7d3bce25 flags: 17, fa41615 flags: 17]": flags are hexadecimal; the installer's
# lines). Without an app (uninstalled with -k) everything that its manifest says is missing, and it reads pkg=null.
columns="name appid version versionname from folder base splits issystem users first updated signer debuggable past minsdk \
targetsdk revisions testonly shareduser initiator originator abi permissions keysets dataonly scheme updatedsystem upgradekeys persistent rest"
revision_of() { typeset IFS=, entry; for entry in $revisions; do [ "${entry%:*}" = "$1" ] && print -rn -- ":${entry#*:}"; done; }
signatures() {  # PackageSignatures.java, toString()
  typeset IFS=, entry list=""
  if [ $sdk -lt 28 ]; then
    for entry in $signer; do list="$list, $entry"; done
    print -r -- "PackageSignatures{b9faada [${list#, }]}"; return
  fi
  print -rn -- "PackageSignatures{b9faada version:$scheme, signatures:["
  for entry in $signer; do list="$list, $entry"; done
  print -rn -- "${list#, }], past signatures:["
  list=""
  for entry in $past; do list="$list, ${entry%:*} flags: $(printf %x ${entry#*:})"; done
  print -r -- "${list#, }]}"
}
one_package() {
  print -r -- "  Package [$name] (cdce25a):"
  if [ $sdk -ge 34 ]; then print -r -- "    appId=$appid"; else print -r -- "    userId=$appid"; fi
  [ -n "$shareduser" ] && print -r -- "    sharedUser=SharedUserSetting{81c08d6 $shareduser/$appid}"
  if [ -n "$dataonly" ]; then print -r -- "    pkg=null"; else print -r -- "    pkg=Package{29ffc8b $name}"; fi
  print -r -- "    codePath=$folder"
  print -r -- "    resourcePath=$folder"
  print -r -- "    legacyNativeLibraryDir=$folder/lib"
  [ $sdk -ge 33 ] && print -r -- "    extractNativeLibs=true"
  print -r -- "    primaryCpuAbi=${abi:-null}"
  print -r -- "    secondaryCpuAbi=null"
  typeset sdks=" minSdk=$minsdk targetSdk=$targetsdk"
  [ $sdk -le 24 ] && sdks=" targetSdk=$targetsdk"
  [ -n "$dataonly" ] && sdks=""
  print -r -- "    versionCode=$version$sdks"
  typeset flags="HAS_CODE ALLOW_CLEAR_USER_DATA ALLOW_BACKUP"
  [ "$debuggable" = 1 ] && flags="DEBUGGABLE $flags"
  [ $issystem = 1 ] && flags="SYSTEM $flags"
  [ -n "$updatedsystem" ] && flags="$flags UPDATED_SYSTEM_APP"
  [ "$persistent" = 1 ] && flags="$flags PERSISTENT"
  [ "$testonly" = 1 ] && flags="$flags TEST_ONLY"
  [ -n "$dataonly" ] || manifest_lines
  print -r -- "    timeStamp=$updated"
  typeset entry
  if [ $sdk -lt 33 ]; then
    for entry in "${first%%,*}"; do print -r -- "    firstInstallTime=${entry#*@}"; done
  fi
  print -r -- "    lastUpdateTime=$updated"
  if [ "$from" != null ] || [ $sdk -ge 34 ]; then print -r -- "    installerPackageName=$from"; fi
  if [ $sdk -ge 30 ]; then
    print -r -- "    initiatingPackageName=${initiator:-null}"
    print -r -- "    originatingPackageName=${originator:-null}"
  fi
  print -r -- "    signatures=$(signatures)"
  print -r -- "    installPermissionsFixed=true"
  print -r -- "    pkgFlags=[ $flags ]"
  typeset IFS=,
  [ -n "$permissions" ] && [ -z "$dataonly" ] && print -r -- "    declared permissions:"
  [ -n "$dataonly" ] || for entry in $permissions; do print -r -- "      ${entry%%:*}: prot=${entry#*:}, INSTALLED"; done
  unset IFS
  user_lines
}

manifest_lines() {
  [ $sdk -ge 33 ] && print -r -- "    minExtensionVersions=[]"
  print -r -- "    versionName=$versionname"
  typeset names=base split
  typeset IFS=,
  names=$names$(revision_of base)
  for split in $splits; do
    split=${split#split_} split=${split%.apk}
    names="$names, $split$(revision_of "$split")"
  done
  unset IFS
  print -r -- "    splits=[$names]"
  [ $sdk -ge 25 ] && print -r -- "    apkSigningVersion=$scheme"
  print -r -- "    flags=[ $flags ]"
  [ $sdk -lt 35 ] && print -r -- "    dataDir=/data/user/0/$name"
  print -r -- "    supportsScreens=[small, medium, large, xlarge, resizeable, anyDensity]"
}

user_lines() {
  print -r -- "    requested permissions:"
  print -r -- "      android.permission.INTERNET"
  print -r -- "    install permissions:"
  print -r -- "      android.permission.INTERNET: granted=true"
  typeset id rest installed time entry
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
      [ $sdk -ge 35 ] && print -r -- "      dataDir=/data/user/$id/$name"
      print -r -- "      firstInstallTime=$time"
      print -r -- "      uninstallReason=0"
    fi
    print -r -- "      gids=[3003]"
    print -r -- "      runtime permissions:"
  done < $state/users
}

# KeySetManagerService.java, dumpLPr(). Recorded: Huawei's health app, "Upgrade KeySets: 596, 595".
key_sets() {
  print -r -- "Key Set Manager:"
  while IFS='|' read -r $columns; do
    [ -z "$1" ] || [ "$1" = "$name" ] || continue
    print -r -- "  [$name]"
    typeset IFS=, number=40 list="" entry
    for entry in $keysets; do number=$((number + 1)); list="$list, $number"; done
    unset IFS
    if [ -n "$list" ]; then print -r -- "      KeySets Aliases: set=41"; print -r -- "      Defined KeySets: ${list#, }"; fi
    print -r -- "      Signing KeySets: 1"
    [ -z "$list" ] || print -r -- "      Upgrade KeySets: ${list#, }"
  done < $state/packages
  print -r --
}

# permission/Permission.java, dump() (BasePermission.java before 12).
permission_section() {
  print -r -- "Permissions:"
  print -r -- "  Permission [android.permission.INTERNET] (2be9617):"
  print -r -- "    sourcePackage=android"
  print -r -- "    uid=1000 gids=[3003] type=0 prot=normal|instant"
  while IFS='|' read -r $columns; do
    typeset IFS=, entry
    for entry in $permissions; do
      print -r -- "  Permission [${entry%%:*}] (2be9617):"
      print -r -- "    sourcePackage=$name"
      print -r -- "    uid=$appid gids=[] type=0 prot=${entry#*:}"
      print -r -- "    perm=PermissionInfo{8b8b97a ${entry%%:*}}"
    done
    unset IFS
  done < $state/packages
  print -r --
}

package_service() {
  typeset wanted=$1 found="" hidden=""
  case $1 in packages) wanted="" ;; permissions) permission_section; return ;; esac
  if [ -z "$1" ]; then
    # Far more stands here on a phone (resolver tables of 6,000 lines and more); a reader has to find its section.
    print -r -- "Database versions:"
    print -r -- "  Internal:"
    print -r -- "    sdkVersion=$sdk databaseVersion=3 "
    print -r --
    print -r -- "Features:"
    print -r -- "  android.hardware.camera.autofocus"
    print -r --
    permission_section
    key_sets
  fi
  [ -z "$wanted" ] || ! grep -q "^$wanted|" $state/packages || key_sets "$wanted"
  while IFS='|' read -r $columns; do
    [ -z "$wanted" ] || [ "$wanted" = "$name" ] || continue
    [ -n "$found" ] || print -r -- "Packages:"
    found=1
    one_package
    [ -z "$updatedsystem" ] || hidden="$hidden $name"
  done < $state/packages
  [ -z "$wanted" ] || [ -n "$found" ] || { print -r -- "Unable to find package: $wanted"; return; }
  if [ -n "$hidden" ]; then  # what an update of a system app covers
    print -r --; print -r -- "Hidden system packages:"
    while IFS='|' read -r $columns; do
      [ -n "$updatedsystem" ] || continue
      [ -z "$wanted" ] || [ "$wanted" = "$name" ] || continue
      version=1 updatedsystem="" folder=/system/app/$name; one_package
    done < $state/packages
  fi
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

# AOSP packages/modules/Connectivity/service-t/src/com/android/server/net/NetworkStatsService.java, dump(): `--poll` takes
# the kernel's counts into the record, says "Forced poll" and nothing else; NetworkStatsRecorder.java, dumpLocked();
# NetworkStatsCollection.java, dump(); framework-t/src/android/net/NetworkStatsHistory.java, dump(): buckets of two hours.
# What was sent since the last poll is in no bucket. Identities: by name before Android 12, by number since (both seen in
# what people published). state/net/kernel: UID|TYPE|SET|RECEIVED|SENT, cumulative; state/net/recorded: the same at the poll.
netstats() {
  [ -e $state/net/silent ] && return
  typeset poll="" full="" uids="" tags="" word
  for word; do case $word in --poll|poll) poll=1 ;; --uid) uids=1 ;; --tag) tags=1 ;; detail) uids=1; tags=1 ;; esac; done
  if [ -n "$poll" ]; then cat $state/net/kernel > $state/net/recorded; print -r -- "Forced poll"; return; fi
  typeset hour=$(($(date +%s) / 7200 * 7200)) uid kind set received sent ident
  print -r -- "Active interfaces:"
  print -r -- "  iface=wlan0 ident=[{type=1, metered=false, defaultNetwork=true}]"
  print -r -- "Dev stats:"
  print -r -- "  Pending bytes: 0"
  print -r -- "  History since boot:"
  print -r -- "  ident=[{type=1, metered=false, defaultNetwork=true}] uid=-1 set=ALL tag=0x0"
  print -r -- "    NetworkStatsHistory: bucketDuration=3600"
  print -r -- "      st=$hour rb=99999999 rp=9999 tb=88888888 tp=8888 op=0"
  [ -n "$uids" ] && { net_section "UID stats:" 0x0; }
  [ -n "$tags" ] && { net_section "UID tag stats:" 0xffffff82; }
}
net_section() {  # a tag's counts are a part of what stands without one
  print -r -- "$1"
  print -r -- "  Pending bytes: 4711"
  print -r -- "  History since boot:"
  while IFS='|' read -r uid kind set received sent; do
    ident="{type=$kind, ratType=COMBINED, wifiNetworkKey=\"home uid=1 net\"wpa2-psk, metered=false, defaultNetwork=true, subId=-1}"
    [ $sdk -lt 31 ] && case $kind in 17) ident="{type=VPN, metered=false, defaultNetwork=true}" ;;
      *) ident="{type=WIFI, subType=COMBINED, networkId=\"home\", metered=false, defaultNetwork=true}" ;; esac
    print -r -- "  ident=[$ident] uid=$uid set=$set tag=$2"
    print -r -- "    NetworkStatsHistory: bucketDuration=7200"
    print -r -- "      st=$((hour - 7200)) rb=$((received / 3)) rp=9 tb=$((sent / 3)) tp=9 op=0"
    [ $2 = 0x0 ] && print -r -- "      st=$hour rb=$((received - received / 3)) rp=9 tb=$((sent - sent / 3)) tp=9 op=0"
  done < $state/net/recorded
}

while [ $# -gt 0 ]; do
  case $1 in
    -t|-T) shift 2 ;;
    -l) print -r -- "Currently running services:"; for s in diskstats mount netstats package user; do print "  $s"; done; exit 0 ;;
    *) break ;;
  esac
done
service=$1; [ $# -gt 0 ] && shift
case $service in
  package) package_service "$@" ;;
  diskstats) diskstats ;;
  user) user ;;
  mount) mount_service ;;
  netstats) netstats "$@" ;;
  *) print -r -- "Can't find service: $service" >&2 ;;
esac
exit 0
