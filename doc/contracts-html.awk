# SPDX-License-Identifier: BSD-2-Clause
#
# contracts-html.awk - the catalogue as one page that needs nothing else. Usage:
#
#	awk -f contracts-html.awk LISTING contracts.tsv
#
# LISTING: what the test programs say with -l, each after a line "program: NAME".
# The page is also well-formed XML, so that a test can see whether it is whole.

function text(s)
{
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	gsub(/>/, "\\&gt;", s)
	gsub(/"/, "\\&quot;", s)
	return s
}

function area_of(id,    n, part)
{
	n = split(id, part, ".")
	return n > 2 ? part[1] "." part[2] : part[1]
}

# The cases by contract: sentence, program and lies.
function add_case(    id)
{
	id = contract
	if (id != "") {
		cases[++ncases] = id
		sentence[id] = descr
		program[id] = prog
		lies[id] = lie
	}
	contract = descr = lie = ""
}

function option(value)
{
	return "<option>" text(value) "</option>"
}

function link(s)
{
	return "<a href=\"" text(s) "\">" text(s) "</a>"
}

function facts(    s)
{
	s = $3 == "-" ? "every kernel" : "Linux " $3 " and later"
	if ($4 != "-")
		s = s ", until " $4
	return s "; " ($5 == "all" ? "every ABI" : $5)
}

function case_details(id,    s)
{
	s = "<p>Case <code>" program[id] ":" ident_of(id) "</code>.</p>"
	if (lies[id] != "")
		s = s "<p>It has to fail where:</p><ul>" lies[id] "</ul>"
	return s
}

function ident_of(id)
{
	gsub(/\./, "_", id)
	return id
}

function family(prefix,    i, n, s)
{
	for (i = 1; i <= ncases; i++)
		if (index(cases[i], prefix ".") == 1) {
			n++
			s = s "<dt>" text(cases[i]) "</dt><dd>" text(sentence[cases[i]]) "</dd>\n"
		}
	if (!n)
		return ""
	total += n - 1
	return "<details><summary>" n " cases</summary><dl>\n" s "</dl></details>\n"
}

BEGIN { FS = ": " }

FILENAME != first {
	first = FILENAME
	file++
	if (file == 2)
		FS = "\t"
}

file == 1 && $1 == "program" { add_case(); prog = $2; next }
file == 1 && $1 == "ident" { add_case(); next }
file == 1 && $1 == "descr" { descr = substr($0, 8); next }
file == 1 && $1 == "X-contract" { contract = $2; next }
file == 1 && $1 ~ /^X-wrong-/ { lie = lie "<li>" text(substr($0, index($0, ": ") + 2)) "</li>"; next }
file == 1 || FNR == 1 { add_case(); next }

{
	id = $1
	area = area_of(id)
	if (!(area in areas)) {
		areas[area]
		area_options = area_options option(area)
	}
	total++
	body = body "<article data-area=\"" area "\" data-kind=\"" $7 "\" data-abis=\"" \
		($5 == "all" ? "x86_64,i386,x32,arm,aarch64" : $5) "\" id=\"" text(id) "\">\n" \
		"<h2><a href=\"#" text(id) "\">" text(id) "</a> <small>" \
		($7 == "known-bug" ? "known bug" : $7) "</small></h2>\n" \
		"<p>" text($2) "</p>\n<p class=\"facts\">" text(facts()) ". " text($6) \
		($8 == "-" ? "" : " " link($8)) "</p>\n" \
		(id ~ /\.\*$/ ? family(substr(id, 1, length(id) - 2)) : \
		 id in program ? "<details><summary>case</summary>" case_details(id) "</details>\n" : "") \
		"</article>\n"
}

END {
	if (!total)
		exit 1
	print "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>"
	print "<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
	print "<title>belay: what it expects of a kernel</title>\n<style>"
	print ":root { color-scheme: light dark; }"
	print "body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 0 1rem 4rem; }"
	print "form { position: sticky; top: 0; background: Canvas; padding: .5rem 0; display: flex; flex-wrap: wrap; gap: .5rem; border-bottom: 1px solid; }"
	print "input, select { font: inherit; padding: .25rem; } input { flex: 1 1 12rem; min-width: 0; }"
	print "article { border-bottom: 1px solid color-mix(in srgb, CanvasText 25%, Canvas); padding: .5rem 0; }"
	print "h2 { font: 600 1rem/1.4 ui-monospace, monospace; margin: 0; overflow-wrap: anywhere; } h2 a { color: inherit; text-decoration: none; }"
	print "h2 small { font-weight: normal; } p { margin: .25rem 0; } .facts { font-size: .875rem; opacity: .8; overflow-wrap: anywhere; }"
	print "summary { cursor: pointer; } dt, code { font-family: ui-monospace, monospace; font-size: .875rem; overflow-wrap: anywhere; }"
	print "</style>\n</head>\n<body>\n<h1>What belay expects of a kernel</h1>"
	print "<p>" total " cases. Each contract is one promise of a kernel interface. <em>Required</em>: it holds on"
	print "every kernel that has the interface. <em>Known bug</em>: some kernels break it, and the case is expected"
	print "to fail there. <em>Record</em>: what was measured, promised by nobody.</p>"
	print "<form id=\"filter\"><input id=\"words\" type=\"search\" placeholder=\"words\" aria-label=\"words\"/>"
	print "<select id=\"area\" aria-label=\"area\"><option value=\"\">every area</option>" area_options "</select>"
	print "<select id=\"abi\" aria-label=\"ABI\"><option value=\"\">every ABI</option>" option("x86_64") \
		option("i386") option("x32") option("arm") option("aarch64") "</select>"
	print "<select id=\"kind\" aria-label=\"kind\"><option value=\"\">every kind</option>" option("required") \
		option("known-bug") option("record") "</select>"
	print "<output id=\"shown\"></output></form>"
	printf "%s", body
	print "<script>//<![CDATA["
	print "const by = id => document.getElementById(id);"
	print "const all = [...document.querySelectorAll('article')];"
	print "function show() {"
	print "  const words = by('words').value.toLowerCase().split(/\\s+/).filter(w => w);"
	print "  let shown = 0;"
	print "  for (const a of all) {"
	print "    const text = a.textContent.toLowerCase();"
	print "    a.hidden = !(words.every(w => text.includes(w)) &&"
	print "      (!by('area').value || a.dataset.area === by('area').value) &&"
	print "      (!by('kind').value || a.dataset.kind === by('kind').value) &&"
	print "      (!by('abi').value || a.dataset.abis.split(',').includes(by('abi').value)));"
	print "    shown += !a.hidden;"
	print "  }"
	print "  by('shown').textContent = shown + ' of ' + all.length;"
	print "}"
	print "by('filter').addEventListener('input', show);"
	print "by('filter').addEventListener('submit', e => e.preventDefault());"
	print "show();"
	print "//]]></script>\n</body>\n</html>"
}
