# SPDX-License-Identifier: BSD-2-Clause
#
# report-embed.awk - files as strings of C, with the hashes by which the page's
# policy (CSP) allows them. Usage:
#
#	awk -f report-embed.awk report.css report.js >report_assets.c
#
# Each report.x becomes report_x and report_x_hash ("sha256-...").

function quote(s)
{
	gsub(/\\/, "&&", s)
	gsub(/"/, "\\\\&", s)
	return "\t\"" s "\\n\"\n"
}

# The value of a hexadecimal digit.
function digit(c)
{
	return index("0123456789abcdef", c) - 1
}

# 64 hexadecimal digits as the 44 characters of base64.
function base64(hex,    i, v, out, set)
{
	set = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	# Three digits make two characters; 64 and two zeros are 66.
	hex = hex "00"
	for (i = 1; i <= 64; i += 3) {
		v = digit(substr(hex, i, 1)) * 256 + digit(substr(hex, i + 1, 1)) * 16 + \
			digit(substr(hex, i + 2, 1))
		out = out substr(set, int(v / 64) + 1, 1) substr(set, v % 64 + 1, 1)
	}
	return substr(out, 1, 43) "="
}

function embed(file,    name, line, sum)
{
	name = file
	sub(/.*\//, "", name)
	sub(/\./, "_", name)
	printf "const char %s[] =\n", name
	while ((getline line <file) > 0)
		printf "%s", quote(line)
	close(file)
	print "\t\"\";"
	("sha256sum <'" file "'") | getline sum
	if (length(sum) < 64) {
		print "no sha256sum of " file >"/dev/stderr"
		exit 1
	}
	printf "const char %s_hash[] = \"sha256-%s\";\n", name, base64(substr(sum, 1, 64))
}

BEGIN {
	print "/* Made by report-embed.awk. */"
	print "#include \"harness/report/report_assets.h\"\n"
	for (i = 1; i < ARGC; i++)
		embed(ARGV[i])
	exit 0
}
