#!/bin/bash
# Runs COMMAND until standard input says a line or ends: whoever holds the other end may die in any way, and COMMAND
# still ends. usage: guard.sh CLEANUP COMMAND [ARGUMENT…]   (CLEANUP is a shell line, run after the end)
{ # read as a whole before it runs: a change of this file must not touch running phones
cleanup=$1; shift
"$@" < /dev/null &
child=$!
read -r _
kill -9 "$child" 2>/dev/null
wait "$child" 2>/dev/null
eval "$cleanup" > /dev/null 2>&1 < /dev/null
exit
}
