#!/system/bin/sh
# media-scan PATH: what the media provider does when a file is to be scanned (no command of a real phone). A picture that
# is there gets a row in the list of images and keeps its number; one that is gone loses it; prints the number.
# AOSP packages/providers/MediaProvider/src/com/android/providers/media/scan/ModernMediaScanner.java, scanFile().
list=/data/teststate/media/images
touch $list
if [ ! -f "$1" ]; then
  grep -vF "|$1|" $list > $list.new; cat $list.new > $list; rm -f $list.new
  exit 0
fi
grep -qF "|$1|" $list || print -r -- "$(($(wc -l < $list) + 1000))|$1|" >> $list
grep -F "|$1|" $list | cut -d '|' -f 1
