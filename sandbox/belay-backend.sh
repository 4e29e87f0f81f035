#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# belay-trace, belay-notify, belay-pidns: the program of this build, with the backend and
# the lifetime that the name says.
case ${0##*-} in
trace) set -- --backend trace "$@" ;;
notify) set -- --backend notify --lifetime ptrace "$@" ;;
# As a user has it: by a tracer where the rules need one.
pidns) set -- --backend notify "$@" ;;
esac
exec "${0%/*}/../belay" "$@"
