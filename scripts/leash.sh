#!/bin/sh
# Runs $LEASHED_PROGRAM, which the kernel ends together with the thread that started this script (scripts/leash.ts).
command -v setpriv > /dev/null && exec setpriv --pdeathsig KILL -- "$LEASHED_PROGRAM" "$@"
exec "$LEASHED_PROGRAM" "$@"
