#!/system/bin/sh
# bu backup [FLAG…]: the backup that apps make of themselves. On a phone it is app_process with
# com.android.commands.bu.Backup. AOSP cmds/bu Backup.java: unknown flags are passed over, exit code 0 whatever comes;
# services/backup UserBackupManagerService.adbBackup: nothing is written before the person confirms; where nobody does
# within 60 seconds, or refuses, or the backup password is wrong (PerformAdbBackupTask.run), not a byte comes.
# The streams in /data/teststate/bu are made by tests/phones/androidbackup/abwriter.py after the same sources.
state=/data/teststate/bu
[ "$1" = backup ] && [ -e $state/answer ] || exit 0
compress=1
for flag; do
  case $flag in -compress) compress=1 ;; -nocompress) compress=0 ;; esac
done
[ -w $state/asked ] && print -r -- "$*" >> $state/asked
read -r answer detail < $state/answer
case $answer in
  confirm) exec cat $state/stream.$compress ;;
  refuse) exit 0 ;;
  die) head -c "$detail" $state/stream.$compress; exit 0 ;;
  crash) head -c "$detail" $state/stream.$compress; exit 134 ;;
  silence) head -c "$detail" $state/stream.$compress; exec sleep 60 ;;
esac
