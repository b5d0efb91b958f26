#!/system/bin/sh
# The package manager's own side: install sessions, and what installing, uninstalling and clearing do. It runs as root
# (as-system.c); `pm` and `dumpsys` read the table that it keeps. Words: AOSP PackageManagerShellCommand.java, doCreateSession()
# … doAbandonSession(), runUninstall(), runClear(); PackageInstallerSession.java, validateApkInstallLocked().
# What an APK says stands in $state/apks, by the SHA-256 of its bytes (tests/phone/packages.py): bytes that nobody registered
# are no APK. So an installed app proves that exactly those bytes arrived.
state=/data/teststate
columns="name appid version versionname from folder base splits system users first updated signer debuggable past minsdk \
targetsdk revisions testonly shareduser initiator originator abi permissions keysets dataonly scheme updatedsystem upgradekeys persistent"
facts="sha fpackage fsplit fversion fversionname frevision fminsdk ftargetsdk fsigners fpast fflags fshareduser fabis \
fpermissions fscheme frequired ftypes fkeysets"
space=$' \t\n'
toybox=/system/bin/toybox
[ ! -x /system/real/toybox ] || toybox=/system/real/toybox  # the system needs no old shell's commands
find() { $toybox find "$@"; }
stat() { $toybox stat "$@"; }
sha256sum() { $toybox sha256sum "$@"; }
. /system/bin/package-rules
read -r sdk < $state/sdk
property() { getprop "$1" "$2"; }
played() { [ -e $state/played/$1 ] && cat $state/played/$1; }
say() { print -r -- "$1"; }
fails() { say "Failure [$1]"; exit 1; }
throws() {  # an exception in the system server: Binder's words on standard error, result -1
  print -r -- "Exception occurred while executing '$verb':" >&2; print -r -- "$1" >&2; exit 255
}
now() {
  typeset zone=UTC0
  [ "$(property persist.sys.timezone)" = Asia/Shanghai ] && zone=CST-8
  TZ=$zone date '+%Y-%m-%d %H:%M:%S'
}
unknown_option() { throws "java.lang.IllegalArgumentException: Unknown option $1"; }
too_old_for() {
  typeset word
  while read -r word; do [ "$word" = "$1" ] && unknown_option "$1"; done < $state/refused
}
all_users() { typeset rest id list=""; while IFS='|' read -r id rest; do list=$list,$id; done < $state/users; print -r -- "${list#,}"; }

# -- the record of an app ----------------------------------------------------------------------------------------------
load() {  # load NAME: the variables of $columns; false where there is none
  while IFS='|' read -r $columns; do [ "$name" = "$1" ] && return 0; done < $state/packages
  return 1
}
row() {
  typeset column line=""
  for column in $columns; do eval "line=\$line\\|\$$column"; done
  print -r -- "${line#?}"
}
store() {  # store [ROW]: put the record of $1's name in, or take it out where no row is given
  typeset wanted=$1 line found=""
  while IFS= read -r line; do
    if [ "${line%%\|*}" != "$wanted" ]; then print -r -- "$line"
    elif [ -n "$2" ]; then print -r -- "$2"; found=1; fi
  done < $state/packages > $state/packages.new
  [ -z "$2" ] || [ -n "$found" ] || print -r -- "$2" >> $state/packages.new
  chmod 644 $state/packages.new; mv $state/packages.new $state/packages
  # packages.list, which run-as reads
  typeset rest
  while IFS='|' read -r $columns; do [ -n "$dataonly" ] || print -r -- "$name $appid $debuggable"; done \
    < $state/packages > $state/runas.new
  chmod 644 $state/runas.new; mv $state/runas.new $state/runas
}

# -- folders: frameworks/native/cmds/installd/InstalldNativeService.cpp, createAppData(), destroyAppData(), clearAppData() --
private_folders() { print -r -- /data/user/$1/$2 /data/user_de/$1/$2; }
make_data() {  # make_data USER
  typeset place above
  for place in $(private_folders $1 "$name"); do
    for above in /data/user /data/user_de "${place%/*}"; do mkdir -p "$above"; chown 1000:1000 "$above"; chmod 771 "$above"; done
    [ -d "$place" ] && continue
    mkdir "$place"; chown $(( $1 * 100000 + appid )):$(( $1 * 100000 + appid )) "$place"; chmod 700 "$place"
  done
  chown 1000:1000 /data; chmod 771 /data
}
destroy_data() {  # destroy_data USER: everything, shared storage and OBBs too
  rm -rf $(private_folders $1 "$name") "/storage/emulated/$1/Android/data/$name" \
    "/storage/emulated/$1/Android/media/$name" "/storage/emulated/$1/Android/obb/$name"
}
clear_data() {  # clear_data USER: all but OBBs ("we explicitly don't delete OBBs")
  typeset place
  for place in $(private_folders $1 "$name"); do [ -d "$place" ] && find "$place" -mindepth 1 -delete >/dev/null 2>&1; done
  rm -rf "/storage/emulated/$1/Android/data/$name" "/storage/emulated/$1/Android/media/$name"
}

# -- sessions ----------------------------------------------------------------------------------------------------------
options() {  # reads options into option_*; what is left are the arguments
  option_replace=1 option_test="" option_downgrade="" option_lowtarget="" option_inherit="" option_user=all
  option_size=-1 option_installer=null option_initiator=com.android.shell used=0
  [ $sdk -ge 28 ] || option_replace=""
  while [ $# -gt 0 ]; do
    case $1 in -?*) too_old_for "$1" ;; *) return 0 ;; esac
    case $1 in
      -r) option_replace=1 ;;
      -R) [ $sdk -ge 28 ] || unknown_option -R; option_replace="" ;;
      -t) option_test=1 ;; -d) option_downgrade=1 ;; -g|-l|-f) ;;
      -S) shift; used=$((used + 1)); option_size=$1 ;;
      -p) shift; used=$((used + 1)); option_inherit=$1 ;;
      -i) shift; used=$((used + 1)); option_installer=$1 ;;
      --user) shift; used=$((used + 1)); option_user=$1 ;;
      --bypass-low-target-sdk-block) [ $sdk -ge 34 ] || unknown_option "$1"; option_lowtarget=1 ;;
      --played-by)  # not Android's: the session of a store, where the shell's is asked for
        shift; used=$((used + 1)); option_installer=$1; option_initiator=$1 ;;
      *) unknown_option "$1" ;;
    esac
    shift; used=$((used + 1))
  done
}
create() {  # PackageHelper.resolveInstallVolume(): too little room is an exception of createSession()
  typeset room=$(played room)
  [ -z "$room" ] || [ $option_size -le $room ] ||
    throws "android.os.ParcelableException: java.io.IOException: Requested internal only, but not enough space"
  # PackageInstallerSession.validateApkInstallLocked(): "Missing existing base package"
  session=1001
  while [ -e /data/app/vmdl$session.tmp ]; do session=$((session + 1)); done
  mkdir -p /data/app/vmdl$session.tmp; chmod 700 /data/app/vmdl$session.tmp
  set | grep '^option_' > /data/app/vmdl$session.tmp/.options
}
require_session() { [ -d "/data/app/vmdl$1.tmp" ] || throws "java.lang.SecurityException: Caller has no access to session $1"; }
write() {  # write SIZE SESSION NAME PATH
  typeset place=/data/app/vmdl$2.tmp room total=0 file
  require_session "$2"
  if [ "$4" = - ]; then head -c "$1" > "$place/$3"; else cat "$4" > "$place/$3" 2>/dev/null; fi
  [ $? = 0 ] || { say "Error: java.io.IOException: write failed: ENOSPC (No space left on device)"; return 1; }
  room=$(played room)
  for file in $place/*.apk; do total=$((total + $(stat -c %s "$file"))); done
  if [ -n "$room" ] && [ $total -gt $room ]; then
    rm -f "$place/$3"; say "Error: java.io.IOException: write failed: ENOSPC (No space left on device)"; return 1
  fi
  [ "$4" != - ] || [ "$(stat -c %s "$place/$3")" = "$1" ] || { say "Error: java.io.IOException: Unexpected EOF"; return 1; }
}
abandon() { rm -rf /data/app/vmdl$1.tmp; }
refuse() { abandon $session; fails "$1"; }

read_apk() {  # read_apk FILE: the variables of $facts
  typeset sum=$(sha256sum "$1")
  while IFS='|' read -r $facts; do [ "$sha" = "${sum%% *}" ] && return 0; done < $state/apks
  return 1
}
add() {  # add WORD LIST
  if [ -z "$2" ]; then print -r -- "$1"; elif has_word "$1" "$2"; then print -r -- "$2"; else print -r -- "$2,$1"; fi
}

gather() {  # what the set says: new_*; and where its files are to come from
  new_package="" new_splits="" new_revisions="" new_types="" new_abis="" new_base="" names=,
  typeset file
  for file in $place/*.apk; do
    [ -e "$file" ] || refuse "INSTALL_FAILED_INVALID_APK: Full install must include a base package"
    read_apk "$file" || refuse "INSTALL_PARSE_FAILED_NOT_APK: Failed to parse $file"
    [ -n "$fsigners" ] || refuse "INSTALL_PARSE_FAILED_NO_CERTIFICATES: Failed to collect certificates from $file: Attempt to get length of null array"
    case $names in *",${fsplit:-null},"*) refuse "INSTALL_FAILED_INVALID_APK: Split ${fsplit:-null} was defined multiple times" ;; esac
    names=$names${fsplit:-null},
    if [ -z "$new_package" ]; then new_package=$fpackage new_version=$fversion new_signers=$fsigners new_past=$fpast
    elif [ "$new_package" != "$fpackage" ]; then refuse "INSTALL_FAILED_INVALID_APK: $file package $fpackage inconsistent with $new_package"
    elif [ "$new_version" != "$fversion" ]; then refuse "INSTALL_FAILED_INVALID_APK: $file version code $fversion inconsistent with $new_version"
    elif [ "$(sorted "$new_signers")" != "$(sorted "$fsigners")" ]; then refuse "INSTALL_FAILED_INVALID_APK: $file signatures are inconsistent"
    fi
    take_facts "$file"
  done
  [ -z "$option_inherit" ] || inherit
  [ -n "$new_base" ] || refuse "INSTALL_FAILED_INVALID_APK: Full install must include a base package"
}
take_facts() {  # take_facts FILE: one APK of the set
  if [ -z "$fsplit" ]; then
    new_base=$1 new_flags=$fflags new_minsdk=$fminsdk new_targetsdk=$ftargetsdk new_versionname=$fversionname
    new_shareduser=$fshareduser new_permissions=$fpermissions new_scheme=$fscheme new_required=$frequired new_keysets=$fkeysets
  else
    new_splits=$(add "split_$fsplit.apk" "$new_splits")
    [ "$1" = "$place/split_$fsplit.apk" ] || cp "$1" "$place/.split_$fsplit.apk"
  fi
  [ "${frevision:-0}" = 0 ] || new_revisions=$(add "${fsplit:-base}:$frevision" "$new_revisions")
  typeset word
  for word in $(words "$ftypes"); do new_types=$(add "$word" "$new_types"); done
  for word in $(words "$fabis"); do new_abis=$(add "$word" "$new_abis"); done
}
inherit() {  # PackageInstallerSession.java, MODE_INHERIT_EXISTING: what is installed and not staged goes along
  load "$option_inherit" && [ -z "$dataonly" ] || refuse "INSTALL_FAILED_INVALID_APK: Missing existing base package"
  [ "$option_inherit" = "$new_package" ] || refuse "INSTALL_FAILED_INVALID_APK: Staged package $new_package inconsistent with $option_inherit"
  typeset file
  for file in $base $(words "$splits"); do
    read_apk "$folder/$file" || refuse "INSTALL_PARSE_FAILED_NOT_APK: Failed to parse $folder/$file"
    case $names in *",${fsplit:-null},"*) continue ;; esac
    [ "$fversion" = "$new_version" ] || refuse "INSTALL_FAILED_INVALID_APK: Existing version code $fversion inconsistent with $new_version"
    [ "$(sorted "$new_signers")" = "$(sorted "$fsigners")" ] || refuse "INSTALL_FAILED_INVALID_APK: Existing signatures are inconsistent"
    names=$names${fsplit:-null},
    if [ -z "$fsplit" ]; then cp "$folder/$file" "$place/base.apk"; else cp "$folder/$file" "$place/split_$fsplit.apk"; fi
    if [ -z "$fsplit" ]; then take_facts "$place/base.apk"; else take_facts "$place/split_$fsplit.apk"; fi
  done
}

commit() {  # commit SESSION
  session=$1 place=/data/app/vmdl$1.tmp
  require_session $session
  . $place/.options
  typeset seconds=$(played waits) verdict=""
  print decides > $state/commit
  [ -z "$seconds" ] || sleep $seconds
  [ -d $place ] || fails "INSTALL_FAILED_ABORTED: Session was abandoned"  # meanwhile, while it waited
  [ ! -e $state/played/refuses ] || refuse "$(played refuses)"
  gather
  debuggable_build=$(property ro.debuggable 0) abilist=$(property ro.product.cpu.abilist arm64-v8a,armeabi-v7a,armeabi) exists=""
  if load "$new_package"; then
    exists=1 old_version=$version old_signer=$signer old_past=$past old_debuggable=$debuggable old_targetsdk=${targetsdk:-34}
    old_dataonly=$dataonly old_shareduser=$shareduser old_revisions=$revisions old_splits=$splits old_upgradekeys=$upgradekeys
    old_persistent=$persistent
  fi
  decide
  [ -z "$verdict" ] || refuse "$verdict"
  put_in_place
}
random_name() { typeset code=$(head -c 16 /dev/urandom | base64); code=${code//+/-}; print -r -- "${code//\//_}"; }
put_in_place() {  # PackageManagerServiceUtils.getNextCodePath(); InstallPackageHelper.updateSettingsLI()
  typeset old_folder="" moment=$(now) file user found entry
  if load "$new_package"; then [ -n "$dataonly" ] || old_folder=$folder
  else
    name=$new_package appid=$(played appid); appid=${appid:-10300}
    while grep -q "|$appid|" $state/packages; do appid=$((appid + 1)); done
    users="" first="" system=0 keysets="" upgradekeys="" updatedsystem="" originator=""
  fi
  if [ $sdk -ge 30 ]; then folder=/data/app/~~$(random_name)/$name-$(random_name)
  elif [ $sdk -ge 26 ]; then folder=/data/app/$name-$(random_name)
  else folder=/data/app/$name-1; [ "$old_folder" != "$folder" ] || folder=/data/app/$name-2; fi
  mkdir -p "$folder"; chmod 755 "${folder%/*}" "$folder"
  cp "$new_base" "$folder/base.apk"
  IFS=,
  for file in $new_splits; do
    if [ -e "$place/.$file" ]; then mv "$place/.$file" "$folder/$file"; else mv "$place/$file" "$folder/$file"; fi
  done
  IFS=$space
  chmod 644 $folder/*.apk; chown -R 1000:1000 "$folder"
  rm -rf $place
  case $option_user in all) wanted=$(all_users) ;; *) wanted=$option_user ;; esac
  [ -z "$users" ] || [ "$option_user" != all ] || wanted=$users  # an update changes no user's choice
  IFS=,
  for user in $wanted; do
    case ",$users," in *",$user,"*) ;; *) users=$(add $user "$users") ;; esac
    found=""
    for entry in $first; do [ "${entry%%@*}" = $user ] && found=1; done
    [ -n "$found" ] || first=$(add "$user@$moment" "$first")
  done
  IFS=$space
  [ "$system" = 0 ] || updatedsystem=1
  version=$new_version versionname=$new_versionname from=$option_installer base=base.apk splits=$new_splits updated=$moment
  signer=$new_signers past=$new_past minsdk=$new_minsdk targetsdk=$new_targetsdk revisions=$new_revisions shareduser=$new_shareduser
  initiator=$option_initiator permissions=$new_permissions scheme=$new_scheme dataonly="" debuggable=0 testonly=0 abi="" persistent=0
  [ -z "$new_keysets" ] || { keysets=$new_keysets upgradekeys=$new_keysets; }
  ! has_word debuggable "$new_flags" || debuggable=1
  ! has_word testOnly "$new_flags" || testonly=1
  IFS=,
  for entry in $abilist; do [ -n "$abi" ] || { has_word "$entry" "$new_abis" && abi=$entry; }; done
  case $(played loses) in  # a maker's own fault, outside Android's rules
    data) for user in $users; do IFS=$space; destroy_data $user; IFS=,; done ;;
    data-and-time) first=""; for user in $users; do IFS=$space; destroy_data $user; first=$(add "$user@$moment" "$first"); IFS=,; done ;;
  esac
  for user in $users; do IFS=$space; make_data $user; IFS=,; done
  IFS=$space
  typeset line=$(row) finished=$name
  store "$finished" "$line"
  case $old_folder in /data/app/*) rm -rf "$old_folder"; rmdir "${old_folder%/*}" 2>/dev/null ;; esac
  seconds=$(played answers-late)
  print answers > $state/commit
  [ -z "$seconds" ] || sleep $seconds
}

# -- uninstall, clear: DeletePackageHelper.java, deletePackageX(), removePackageDataLIF(); RemovePackageHelper.java ----------
uninstall() {
  typeset keep="" user=all left="" entry
  while [ $# -gt 0 ]; do
    case $1 in -k) keep=1 ;; --user) shift; user=$1 ;; -*) say "Error: Unknown option: $1"; exit 1 ;; *) break ;; esac
    shift
  done
  [ -n "$1" ] || { say "Error: package name not specified"; exit 1; }
  if ! load "$1" || [ -n "$dataonly" ]; then
    [ "$user" = all ] || fails "not installed for $user"
    load "$1" && [ -n "$dataonly" ] && [ -z "$keep" ] || fails DELETE_FAILED_INTERNAL_ERROR
    IFS=,; for entry in $(all_users); do IFS=$space; destroy_data $entry; IFS=,; done; IFS=$space
    store "$1"; say Success; exit 0
  fi
  case $user in all) ;; *) case ",$users," in *",$user,"*) ;; *) fails "not installed for $user" ;; esac ;; esac
  [ "$system" = 0 ] || [ "$user" != all ] || fails DELETE_FAILED_INTERNAL_ERROR
  typeset gone=$users kept_first=""
  [ "$user" = all ] || gone=$user
  IFS=,
  for entry in $users; do case ",$gone," in *",$entry,"*) ;; *) left=$(add $entry "$left") ;; esac; done
  for entry in $first; do case ",$left," in *",${entry%%@*},"*) kept_first=$(add "$entry" "$kept_first") ;; esac; done
  if [ -z "$keep" ]; then for entry in $gone; do IFS=$space; destroy_data $entry; IFS=,; done; fi
  IFS=$space
  typeset old=$folder wanted=$name
  users=$left
  [ -n "$keep" ] || first=$kept_first
  if [ -z "$left" ]; then
    [ -z "$keep" ] || { dataonly=1; line=$(row); }
    if [ -n "$keep" ]; then store "$wanted" "$line"; else store "$wanted"; fi
    rm -rf "$old"; rmdir "${old%/*}" 2>/dev/null
  else
    line=$(row); store "$wanted" "$line"
  fi
  say Success
}
clear_app() {
  typeset user=0
  [ "$1" != --user ] || { user=$2; shift 2; }
  [ -n "$1" ] || { print -r -- "Error: no package specified" >&2; exit 1; }
  load "$1" || { print -r -- Failed >&2; exit 1; }
  case ",$users," in *",$user,"*) ;; *) print -r -- Failed >&2; exit 1 ;; esac
  clear_data $user; say Success
}

verb=$1; shift
case $verb in
  install-create) options "$@"; create; say "Success: created install session [$session]" ;;
  install-write)
    size=-1; [ "$1" != -S ] || { size=$2; shift 2; }
    write "$size" "$1" "$2" "${3:--}" || exit 1
    say "Success: streamed $(stat -c %s "/data/app/vmdl$1.tmp/$2") bytes" ;;
  install-commit) commit "$1"; say Success ;;
  install-abandon) require_session "$1"; abandon "$1"; say Success ;;
  install)
    options "$@"; shift $used
    if [ $# -eq 0 ] || [ "$1" = - ]; then
      [ $option_size -ge 0 ] || { say "Error: must either specify a package size or an APK file"; exit 1; }
      create; write "$option_size" $session base.apk - || { abandon $session; exit 1; }
    else
      create
      for file; do write -1 $session "${file##*/}" "$file" || { abandon $session; exit 1; }; done
    fi
    commit $session; say Success ;;
  uninstall) uninstall "$@" ;;
  clear) clear_app "$@" ;;
esac
