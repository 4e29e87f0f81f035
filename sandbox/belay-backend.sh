#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# belay-trace and belay-notify: the program of this build with the backend that the name says.
exec "${0%/*}/../belay" --backend "${0##*-}" "$@"
