#!/system/bin/sh
# content query --uri URI [--user N] [--projection A:B] [--where W] [--sort S]
# content read --uri URI [--user N]
# content call --uri content://media --method scan_file --arg PATH
# AOSP frameworks/base/cmds/content/src/com/android/commands/content/Content.java, QueryCommand.onExecute(): "Row: N
# column=value, column=value", nothing escaped, NULL as "NULL", a blob as "BLOB", whole numbers by getInt in older builds
# (32 bits) and getLong in newer ones; no rows: "No result found.". A refusal is an exception on standard error behind
# "Error while accessing provider:NAME"; the exit code stays 0 (same file, execute()).
# Messages, calls and the like (providers.py) lie in SQLite databases, as on a phone, and the real sqlite3 decides what a query finds. Which
# version lets the shell user read them is the table of reports from the field, see README.md.
# `read` prints the bytes behind a URI (ReadCommand.onExecute()); a provider without them throws FileNotFoundException
# (MmsProvider.safeOpenFileHelper()). Android 5 (SlimRoms' source) does not know it: how `content` is used, and [ERROR], both on
# standard output (parseCommand()).
# `call` prints "Result: BUNDLE" (CallCommand.onExecute()). With `scan_file` the media provider takes a path since Android 11
# (MediaProvider.java, callInternal()), and answers with the row's URI: "Bundle[{uri=content://media/…}]" (seen in public
# scripts); on Android 10 it wants a URI in the extras. content://media/external/images/media is its list of images.
# Other URIs lie ready-made in the state folder: projection and where are not acted upon.
state=/data/teststate
read -r sdk < $state/sdk
uri="" projection="" where=1 sort=_id muted=""
operation=$1
[ "$1" = query ] || [ "$1" = read -a $sdk -ge 23 ] || [ "$1" = call ] || {
  print -r -- "usage: adb shell content [subcommand] [options]"
  print
  print -r -- "usage: adb shell content insert --uri <URI> [--user <USER_ID>] --bind <BINDING> [--bind <BINDING>...]"
  print
  print -r -- "[ERROR] Unsupported operation: $1"
  exit 0
}
while [ $# -gt 0 ]; do
  case $1 in
    --uri) uri=$2; shift ;;
    --projection) projection=$2; shift ;;
    --where) where=$2; shift ;;
    --sort) sort=$2; shift ;;
    --method) method=$2; shift ;;
    --arg) arg=$2; shift ;;
  esac
  shift
done
uri=${uri#content://}; uri=${uri%/}

fail() {
  print -r -- "Error while accessing provider:${uri%%/*}" >&2
  print -r -- "$1" >&2
  print -r -- "	at android.os.Parcel.createException(Parcel.java:1950)" >&2
  exit 0
}

# android.content.ContentProvider.enforceReadPermissionInner()
denied() {
  fail "java.lang.SecurityException: Permission Denial: reading $1 uri content://$uri from pid=4242, uid=2000 requires $2, or grantUriPermission()"
}

if [ $operation = call ]; then
  [ "$uri" = media -a "$method" = scan_file ] || fail "java.lang.IllegalArgumentException: Unknown method: $method"
  [ $sdk -ge 30 ] || fail "java.lang.NullPointerException: Attempt to invoke virtual method on a null object reference"
  [ -e $state/media/deaf ] && { print -r -- "Result: Bundle[{uri=null}]"; exit 0; }
  number=$(/system/bin/media-scan "$arg")
  print -r -- "Result: Bundle[{uri=${number:+content://media/external_primary/images/media/}${number:-null}}]"
  exit 0
fi
if [ $operation = query -a "$uri" = media/external/images/media ]; then
  wanted=${where#_data=\'}; wanted=${wanted%\'}
  number=$(grep -F "|$wanted|" $state/media/images 2>/dev/null | cut -d '|' -f 1)
  if [ -n "$number" ]; then print -r -- "Row: 0 _id=$number"; else print -r -- "No result found."; fi
  exit 0
fi

file=$state/content/$uri/rows
[ $operation = query -a -e "$file" ] && { cat "$file"; exit 0; }
asked=$uri
[ $operation = read ] && asked=${uri%/*}
table=""
while IFS='|' read -r known name first permission java by shown mute file source row; do
  number=""
  if [ -n "$by" ]; then
    number=${asked#"${known%%#*}"}; number=${number%"${known#*#}"}
    [[ "${known%%#*}$number${known#*#}" = "$asked" && $number = +([0-9]) ]] || continue
  else
    [ "$known" = "$asked" ] || continue
  fi
  [ $sdk -ge $first ] || denied "$java" "$permission"
  table=$source database=$file rowid=$row
  where="($where) AND ($shown)${number:+ AND $by=$number}" muted=$mute
done < $state/providers
if [ $operation = read ]; then
  [ -e "$state/content/$uri/bytes" ] || fail "java.io.FileNotFoundException: No entry for content://$uri"
  cat "$state/content/$uri/bytes"
  exit 0
fi
[ -n "$table" ] || fail "java.lang.IllegalStateException: Could not find provider: ${uri%%/*}"

value() {
  typeset whole="$1"
  [ -e $state/databases/truncates ] && whole="((($1 + 2147483648) & 4294967295) - 2147483648)"
  print -r -- "CASE typeof($1) WHEN 'null' THEN 'NULL' WHEN 'blob' THEN 'BLOB' WHEN 'integer' THEN $whole ELSE $1 END"
}

columns=""
IFS=:
for column in $projection; do
  name=$column
  [ $column = _id ] && name=$rowid
  columns="$columns${columns:+ || ', ' || }'$column=' || $(value "$name")"
done
unset IFS
answer=$(mktemp -p /data/local/tmp) complaint=$(mktemp -p /data/local/tmp)
trap 'rm -f "$answer" "$complaint"' EXIT
# The name behind AS wins in ORDER BY, and only there.
[ "${sort%% *}" = _id ] && sort="$rowid${sort#_id}"
/system/bin/sqlite3 -readonly -list "file:$state/databases/$database?immutable=1" \
  "SELECT 'Row: ' || (row_number() OVER (ORDER BY $sort) - 1) || ' ' || $columns FROM $table WHERE ($where) ORDER BY $sort" \
  > "$answer" 2> "$complaint"
if [ -s "$complaint" -a -z "$muted" ]; then
  read -r line < "$complaint"
  line=${line#*: }; line=${line#*prepare, }
  fail "android.database.sqlite.SQLiteException: ${line%% \(*} (code 1 SQLITE_ERROR[1]): , while compiling: SELECT"
elif [ -s "$answer" ]; then
  cat "$answer"
else
  print -r -- "No result found."
fi
exit 0
