# SPDX-License-Identifier: BSD-2-Clause
#
# contracts-man.awk - kernel-tests/contracts.tsv as the man page belay-contracts(7).

# What roff would take for its own.
function roff(s)
{
	gsub(/\\/, "\\e", s)
	gsub(/-/, "\\-", s)
	sub(/^[.']/, "\\\\\\&&", s)
	return s
}

# A word at the end of a macro line: a dot there would not be punctuation.
function word(s)
{
	s = roff(s)
	gsub(/"/, "\\(dq", s)
	return "\"" s "\""
}

# "ptrace.seize.no_stop" is in "ptrace.seize", "notif.sizes" in "notif".
function area_of(id,    n, part)
{
	n = split(id, part, ".")
	return n > 2 ? part[1] "." part[2] : part[1]
}

function facts(since, until, abis,    s)
{
	s = since == "-" ? "Every kernel" : "Linux " since " and later"
	if (until != "-")
		s = s ", until " until
	return s (abis == "all" ? "" : "; " abis " only")
}

BEGIN {
	FS = "\t"
	print ".\\\" Made from kernel-tests/contracts.tsv. SPDX-License-Identifier: BSD-2-Clause"
	print ".Dd November 22, 2026\n.Dt BELAY-CONTRACTS 7\n.Os"
	print ".Sh NAME\n.Nm belay-contracts\n.Nd what belay expects of a kernel, sentence by sentence"
	print ".Sh DESCRIPTION"
	print "Each contract is one promise of a kernel interface, with a stable name and a test\ncase of its own."
	print "The case of"
	print ".Sy ptrace.seize.nopid\nis called\n.Sy ptrace_seize_nopid ."
	print "A name that ends in"
	print ".Sy .*\nis a family: one table makes many cases."
	print "Where a kernel does not have the interface at all, its cases are skipped; what\nchanged with a version is expected as that version has it."
	print ".Pp\nA contract of the kind"
	print ".Em required\nholds on every kernel that has the interface."
	print "A\n.Em known bug\nis broken on some kernels, where the case is expected to fail; the link says more."
	print "A\n.Em record\nis what was measured, promised by nobody."
	print ".Pp\nRun them with\n.Xr kmatrix 1 ."
	print ".Sh CONTRACTS"
}

FNR == 1 { next }

{
	if (area_of($1) != area) {
		if (area != "")
			print ".El"
		area = area_of($1)
		print ".Ss " word(area)
		print ".Bl -tag -width 4n"
	}
	print ".It Sy " word($1)
	print roff($2)
	print ".br"
	print roff(facts($3, $4, $5) ($7 == "required" ? "" : "; " ($7 == "known-bug" ? "known bug" : $7)) ".")
	print "Reference: " roff($6 ($8 == "-" ? "" : "; " $8))
	count++
}

END {
	if (!count)
		exit 1
	print ".El"
	print ".Sh SEE ALSO\n.Xr ptrace 2 ,\n.Xr seccomp 2 ,\n.Xr seccomp_unotify 2 ,\n.Xr landlock 7 ,\n.Xr belay 1 ,\n.Xr kmatrix 1"
}
