#!/system/bin/sh
# What the package manager decides of a set of APKs that is to be installed; read by package-server. It shares nothing with
# the program's own rules. Each rule names where it stands in AOSP (frameworks/base, services/core/java/com/android/server/
# pm/ unless another folder is named); the cases that prove it are tests/phone/pm_cases.py. Order: that of the checks there.
#
# In: new_* (facts of the set), old_* (the record of the app, exists=1 where there is one), option_* and sdk, debuggable_build.
# Out: verdict is "" or "STATUS: words".

has_word() { case ",$2," in *",$1,"*) return 0 ;; esac; return 1; }

words() { typeset IFS=,; set -- $1; IFS=' '; print -r -- "$*"; }

sorted() { typeset word; for word in $(words "$1"); do print -r -- "$word"; done | sort; }

# SigningDetails.java (core/java/android/content/pm/), checkCapabilityInternal() and hasAncestor…: may Y's signer do FLAG
# for an app that is signed like X?  capable X_SIGNERS X_PAST Y_SIGNERS FLAG
capable() {
  case $3 in
    *,*) [ "$(sorted "$1")" = "$(sorted "$3")" ]; return ;;
  esac
  typeset IFS=, entry last=${2##*,}
  for entry in $2; do
    [ "$entry" = "$last" ] && break
    [ "${entry%:*}" = "$3" ] && [ $(( ${entry#*:} & $4 )) -ne 0 ] && return 0
  done
  [ "$1" = "$3" ]
}

# PackageManagerServiceUtils.java, verifySignatures(): by INSTALLED_DATA (1) forwards, by ROLLBACK (8) backwards. An app
# with upgrade key sets: KeySetManagerService.java, checkUpgradeKeySetLocked() (the test names the keys as signers).
check_signer() {
  if [ -n "$old_upgradekeys" ]; then
    has_word "$new_signers" "$old_upgradekeys" && return
    verdict="INSTALL_FAILED_UPDATE_INCOMPATIBLE: Package $new_package upgrade keys do not match the previously installed version"
    return
  fi
  capable "$new_signers" "$new_past" "$old_signer" 1 && return
  capable "$old_signer" "$old_past" "$new_signers" 8 && return
  if [ $sdk -ge 31 ]; then
    verdict="INSTALL_FAILED_UPDATE_INCOMPATIBLE: Existing package $new_package signatures do not match newer version; ignoring!"
  else
    verdict="INSTALL_FAILED_UPDATE_INCOMPATIBLE: Package $new_package signatures do not match previously installed version; ignoring!"
  fi
}

# SigningDetails.java, hasAncestor(): is Y's one signer an earlier one of X?  descends X_PAST Y_SIGNERS
descends() {
  typeset IFS=, entry last=${2##*,}
  [ "$last" = "$2" ] || return 1
  for entry in ${1%,*}; do [ "${entry%:*}" = "$2" ] && return 0; done
  return 1
}

chain() { typeset IFS=, entry out=; for entry in $1; do out=$out,${entry%:*}; done; print -r -- "${out:-,$2}"; }

# SigningDetails.java, hasCommonAncestor(): the signer of one stands in the chain of the other, and before it they agree.
# common X_SIGNERS X_PAST Y_SIGNERS Y_PAST
common() {
  typeset one=$(chain "$2" "$1") other=$(chain "$4" "$3") late early
  case $one, in *,"$3",*) late=$one early=$other ;; *) late=$other early=$one ;; esac
  typeset last=${early##*,}
  case $late, in *,"$last",*) ;; *) return 1 ;; esac
  [ -n "$2" ] && [ -n "$4" ] || return 0
  late=${late%",$last"*},$last
  case $late in *"$early") return 0 ;; esac
  case $early in *"$late") return 0 ;; esac
  return 1
}

# SigningDetails.java, mergeLineageWith(): does an app's proof of rotation take the place of the user id's ($ours)? It does
# where it goes on from there, or ends there where the user id has none.  newer X_SIGNERS X_PAST
newer() { descends "$2" "$ours" || { [ "$1" = "$ours" ] && [ -z "$ours_past" ]; }; }

# PackageManagerServiceUtils.java, verifySignatures() and canJoinSharedUserId(): by SHARED_USER_ID (2), either way, with
# the signer of the user id: the newest of all under it, the app's own record among them (its proof of rotation is merged
# into that of the user id when it is installed). An update may also rotate away from a key that it no longer trusts
# ("if the joining app is being updated"); a new app may not, and has to trust each earlier signer among the others.
check_shared_user() {
  typeset ours= ours_past= others=
  [ -n "$new_shareduser" ] || return 0
  while IFS='|' read -r $columns; do
    [ "$name" != "$new_package" ] && [ "$shareduser" = "$new_shareduser" ] || continue
    others=1
    if [ -z "$ours" ] || newer "$signer" "$past"; then ours=$signer ours_past=$past; fi
    if [ -z "$exists" ] && descends "$new_past" "$signer" && ! capable "$new_signers" "$new_past" "$signer" 2; then
      verdict="INSTALL_FAILED_SHARED_USER_INCOMPATIBLE: Package $new_package revoked the sharedUserId capability from the signing key used to sign $name"
      return
    fi
  done < $state/packages
  [ -n "$others" ] || return 0
  if [ -n "$exists" ] && [ "$old_shareduser" = "$new_shareduser" ] && newer "$old_signer" "$old_past"; then
    ours=$old_signer ours_past=$old_past
  fi
  if capable "$new_signers" "$new_past" "$ours" 2 || capable "$ours" "$ours_past" "$new_signers" 2 ||
    { [ -n "$exists" ] && ! descends "$ours_past" "$new_signers" && descends "$new_past" "$ours"; }; then
    common "$new_signers" "$new_past" "$ours" "$ours_past" && return
    verdict="INSTALL_FAILED_SHARED_USER_INCOMPATIBLE: Package $new_package has a signing lineage that diverges from the lineage of the sharedUserId"
  else
    verdict="INSTALL_FAILED_SHARED_USER_INCOMPATIBLE: Package $new_package has no signatures that match those in shared user $new_shareduser; ignoring!"
  fi
}

# InstallPackageHelper.java, preparePackageLI(), "declared permissions": another app's permission only by its own signer
# (checkCapability PERMISSION (4)).
check_permissions() {
  typeset entry other wanted owned
  while IFS='|' read -r $columns; do
    [ "$name" != "$new_package" ] || continue
    wanted=$(words "$new_permissions") owned=$(words "$permissions")
    for entry in $wanted; do
      for other in $owned; do
        [ "${entry%%:*}" = "${other%%:*}" ] || continue
        capable "$new_signers" "$new_past" "$signer" 4 && continue
        verdict="INSTALL_FAILED_DUPLICATE_PERMISSION: Package $new_package attempting to redeclare permission ${entry%%:*} already owned by $name"
        return
      done
    done
  done < $state/packages
}

lower() {  # lower A B: mksh counts in 32 bits, a version code has 64
  if [ ${#1} -ne ${#2} ]; then [ ${#1} -lt ${#2} ]; else [[ $1 < $2 ]]; fi
}

# PackageManagerServiceUtils.java, checkDowngrade(), isDowngradePermitted(); PackageInfo.composeLongVersionCode(). The
# record of an app uninstalled with -k counts as well (InstallPackageHelper.verifyReplacingVersionCode()).
check_version() {
  typeset IFS=, entry part newer words=""
  if lower $new_version $old_version; then
    words="Update version code $new_version is older than current $old_version"
  elif [ $new_version = $old_version ]; then
    for entry in $old_revisions; do
      [ "${entry%:*}" = base ] || has_word "split_${entry%:*}.apk" "$new_splits" || continue
      newer=0
      for part in $new_revisions; do [ "${part%:*}" = "${entry%:*}" ] && newer=${part#*:}; done
      [ $newer -lt ${entry#*:} ] && words="Update ${entry%:*} revision code $newer is older than current ${entry#*:}"
    done
  fi
  [ -n "$words" ] || return
  [ -n "$option_downgrade" ] && { [ "$old_debuggable" = 1 ] || [ "$debuggable_build" = 1 ]; } && return
  verdict="INSTALL_FAILED_VERSION_DOWNGRADE: Downgrade detected: $words"
}

# core/java/android/content/pm/parsing/FrameworkParsingPackageUtils.java, computeMinSdkVersion(); InstallPackageHelper.java,
# preparePackageLI() for the floor of the target (Android 14: 23; 15: 24), testOnly, and the runtime permissions.
check_platform() {
  typeset floor=0
  [ $sdk -ge 34 ] && floor=23
  [ $sdk -ge 35 ] && floor=24
  if [ $new_minsdk -gt $sdk ]; then
    verdict="INSTALL_FAILED_OLDER_SDK: Failed parse during installPackageLI: $place/base.apk (at Binary XML file line #7): Requires newer sdk version #$new_minsdk (current version is #$sdk)"
  elif [ $new_targetsdk -ge 30 ] && [ $sdk -ge 30 ] && [ $new_scheme -lt 2 ]; then
    # ApkSignatureVerifier.java, getMinimumSignatureSchemeVersionForTargetSdk()
    verdict="INSTALL_PARSE_FAILED_NO_CERTIFICATES: No signature found in package of version 2 or newer for package $new_package"
  elif [ $new_targetsdk -lt $floor ] && [ -z "$option_lowtarget" ] && ! has_word testOnly "$new_flags"; then
    verdict="INSTALL_FAILED_DEPRECATED_SDK_VERSION: App package must target at least SDK version $floor, but found $new_targetsdk"
  elif has_word testOnly "$new_flags" && [ -z "$option_test" ]; then
    verdict="INSTALL_FAILED_TEST_ONLY: Failed to install test-only apk. Did you forget to add -t?"
  elif [ -n "$exists" ] && [ -z "$old_dataonly" ] && [ $sdk -ge 23 ] && [ $old_targetsdk -ge 23 ] && [ $new_targetsdk -le 22 ]; then
    verdict="INSTALL_FAILED_PERMISSION_MODEL_DOWNGRADE: Package $new_package new target SDK $new_targetsdk doesn't support runtime permissions but the old target SDK $old_targetsdk does."
  elif [ -n "$exists" ] && [ "$old_persistent" = 1 ] && [ $sdk -ge 28 ]; then  # of a system app, as it is there
    verdict="INSTALL_FAILED_INVALID_APK: Package $new_package is a persistent app. Persistent apps are not updateable."
  fi
}

# PackageAbiHelperImpl.java, derivePackageAbi(): libraries, and none for this phone.
check_abi() {
  [ -n "$new_abis" ] || return
  typeset IFS=, abi
  for abi in $abilist; do has_word "$abi" "$new_abis" && return; done
  verdict="INSTALL_FAILED_NO_MATCHING_ABIS: Failed to extract native libraries, res=-113"
}

# PackageInstallerSession.java, validateApkInstallLocked(): missing split ("split types" since Android 12L: isSplitRequired
# and requiredSplitTypes not covered; before: nothing but a base). android:isSplitRequired came with Android 10.
check_splits() {
  [ $sdk -ge 29 ] || return 0
  has_word splitRequired "$new_flags" || return
  typeset IFS=, kind
  if [ -n "$new_required" ] && [ $sdk -ge 32 ]; then
    for kind in $new_required; do
      has_word "$kind" "$new_types" && continue
      verdict="INSTALL_FAILED_MISSING_SPLIT: Missing split for $new_package"
      return
    done
  fi
  [ -n "$new_splits" ] || verdict="INSTALL_FAILED_MISSING_SPLIT: Missing split for $new_package"
}

# In the order of the real checks: the session's (PackageInstallerSession), those of the version (InstallingSession, before
# anything is prepared), those of preparePackageLI().
decide() {
  verdict=""
  check_splits;                                             [ -z "$verdict" ] || return
  # InstallPackageHelper.java, preparePackageLI(): without INSTALL_REPLACE_EXISTING.
  if [ -n "$exists" ] && [ -z "$old_dataonly" ] && [ -z "$option_replace" ]; then
    verdict="INSTALL_FAILED_ALREADY_EXISTS: Attempt to re-install $new_package without first uninstalling."; return
  fi
  [ -z "$exists" ] || check_version;                        [ -z "$verdict" ] || return
  check_platform;                                           [ -z "$verdict" ] || return
  # PackageManagerServiceUtils.verifySignatures() runs wherever there is a record, after `uninstall -k` too.
  [ -z "$exists" ] || check_signer;                         [ -z "$verdict" ] || return
  check_shared_user;                                        [ -z "$verdict" ] || return
  check_permissions;                                        [ -z "$verdict" ] || return
  check_abi;                                                [ -z "$verdict" ] || return
  # ReconcilePackageUtils / Settings: a record keeps its user id; leaving by sharedUserMaxSdkVersion is not played.
  if [ -n "$exists" ] && [ "$new_shareduser" != "$old_shareduser" ]; then
    verdict="INSTALL_FAILED_UID_CHANGED: Package $new_package tried to change its shared user from ${old_shareduser:-null} to ${new_shareduser:-null}"
    return
  fi
}
