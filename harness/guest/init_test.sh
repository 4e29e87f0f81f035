#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The functions of guest/init, run by this machine's busybox.

top=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../../Makefile")

atf_test_case port
port_head()
{
	atf_set descr "Verify that init finds the port in the job, and starts nothing when it is sourced"
	atf_set require.progs "busybox"
}
port_body()
{
	printf '%s\n' "stream ttyS1" "user root" "run stream ttyS9" >job
	atf_check -o inline:"ttyS1\n" busybox sh -c '. "$1" && port job' sh "$top/harness/guest/init"
}

atf_test_case applets
applets_head()
{
	atf_set descr "Verify that every command that init runs is in the image"
}
applets_body()
{
	for applet in $(sed -n 's/^	\("[a-z", ]*"\),$/\1/p' "$top/harness/boot/image.c" | tr -d '",'); do
		echo "$applet"
	done | sort >there
	atf_check test -s there
	sed -e 's/#.*//' -e 's/^.*|| //' -e 's/\$(//' "$top/harness/guest/init" |
		grep -oE '^[[:space:]]*(mount|mkdir|hostname|ip|stty|poweroff|chmod|cat|rm|sed)\>' |
		tr -d '[:blank:]' | sort -u >used
	atf_check test -s used
	atf_check -o empty comm -13 there used
}

atf_init_test_cases()
{
	atf_add_test_case port
	atf_add_test_case applets
}
