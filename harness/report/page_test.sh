#!/usr/bin/env atf-sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The report as a page, in a browser: what it shows, what its filters leave, what a
# chosen cell tells, and that hostile text does nothing there.

# page KIND ARGUMENT...: ./KIND.html, of a canned store.
page()
{
	PATH=$(atf_get_srcdir)/../..:$PATH
	kind=$1
	shift
	"$(atf_get_srcdir)/report_canned" "$kind" "$kind.db" "$@" || atf_fail "no store"
	kmatrix report -o "$kind.db" --format html --output "$kind.html"
}

# browse FILE [FRAGMENT]: ./dom is what the page became. Its scripts have no clock, so
# all of it has happened when the page is loaded; the browser's files stay here.
browse()
{
	mkdir -p home
	HOME=$PWD/home XDG_CONFIG_HOME=$PWD/home XDG_CACHE_HOME=$PWD/home TMPDIR=$PWD/home \
	timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
		--user-data-dir="$PWD/home" --enable-logging=stderr \
		--dump-dom "file://$PWD/$1${2:+#$2}" >dom 2>log || {
		tail -n 3 log >&2
		atf_fail "chromium ended with $?"
	}
	# A script that failed, or that the policy refused, says so there.
	! grep 'CONSOLE' log >&2 || atf_fail "the page complains"
}

# shown: "N of M contracts, N of M cells".
shown()
{
	sed -n 's/.*<output[^>]*>\([^<]*\)<.*/\1/p' dom
}

# The rows that are not hidden.
rows()
{
	sed -n '/<table id="matrix"/,/<\/table>/p' dom |
		awk '/<tbody/ { hidden = /<tbody[^>]*hidden/ }
			/<tr[^>]*><th scope="row"/ && !hidden && !/<tr hidden/' |
		sed 's/.*<th scope="row"[^>]*>\([^<]*\)<.*/\1/'
}

# The text of the details, tags left out.
details()
{
	sed -n '/<aside id="detail"/,/<\/aside>/p' dom |
		sed 's/<\/aside>.*//; s/<[^>]*>/ /g'
}

atf_test_case markup
markup_head()
{
	atf_set descr "Verify that the page is a table without its script, and asks for nothing"
}
markup_body()
{
	page plain
	atf_check -o match:"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]*='" \
		-o match:'<th scope=row>no_stop<td>\.<td>\.<td>\.<td class=fail>F$' \
		-o match:'<b>fail</b> 1 != 2<ul><li><a href="#at=ptrace.seize.no_stop' \
		-o not-match:'(src|href)=.?(https?:)?//' cat plain.html
	# The hashes are those of what is there.
	for element in style script; do
		sed -n "/<$element>/,/<\/$element>/p" plain.html |
			sed "1s/<$element>//; \$s/<\/$element>//" >part
		# The last line is empty, and no line of the element.
		sed '$d' part | sha256sum | cut -c -64 >sum
		grep -o "$element-src 'sha256-[^']*" plain.html | sed 's/.*sha256-//' |
			base64 -d | od -An -tx1 | tr -d ' \n' >policy
		echo >>policy
		atf_check cmp sum policy
	done
	page hostile
	atf_check -s exit:1 sh -c "LC_ALL=C tr -d '\n\t' <hostile.html | grep -n '[[:cntrl:]]'"
	atf_check -o inline:"2\n" sh -c "grep -c '<script' hostile.html"
	atf_check -s exit:1 grep '<img' hostile.html
}

atf_test_case contrast
contrast_head()
{
	atf_set descr "Verify that all text stands out from its ground in both themes (WCAG AA, 4.5)"
	atf_set require.progs python3
}
contrast_body()
{
	top=$(sed -n 's/^abs_top_srcdir = //p' "$(atf_get_srcdir)/../../Makefile")
	atf_check -o match:"^[0-9][0-9] pairs" python3 - "$top/harness/report/report.css" <<-'END'
	import re, sys
	css = re.sub(r"/\*.*?\*/", "", open(sys.argv[1]).read(), flags=re.S)
	def variables(text):
	    return dict(re.findall(r"(--[a-z-]+):\s*(#[0-9a-f]+)", text))
	light, dark = css.split("prefers-color-scheme: dark", 1)
	dark, rest = dark.split("\n}\n", 1)
	themes = {"light": variables(light), "dark": {**variables(light), **variables(dark)}}
	assert set(variables(light)) - set(variables(dark)) == set(), "one theme lacks a colour"

	def channels(c):
	    c = c[1:] if len(c) == 7 else "".join(x + x for x in c[1:])
	    return [int(c[i:i + 2], 16) for i in (0, 2, 4)]
	def luminance(rgb):
	    return sum(w * (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4)
	               for w, v in zip((0.2126, 0.7152, 0.0722), (x / 255 for x in rgb)))
	def contrast(a, b):
	    a, b = sorted((luminance(a), luminance(b)))
	    return (b + 0.05) / (a + 0.05)
	# What the definition says of the ends of the scale, and of the greys beside 4.5.
	assert abs(contrast(channels("#000"), channels("#fff")) - 21) < 0.01
	assert contrast(channels("#767676"), channels("#fff")) > 4.5
	assert contrast(channels("#777777"), channels("#fff")) < 4.5

	# Text has a rule's colour on its ground; without a ground, on the page and on a panel.
	# A ground alone is below the text of what it is in: white in a chip, else the page's.
	def value(body, name):
	    for d in body.split(";"):
	        k, _, v = d.partition(":")
	        v = re.match(r"\s*(?:var\((--[a-z-]+)\)|(#[0-9a-f]{3,6})\b)", v)
	        if k.strip() in name and v:
	            return v.group(1) or v.group(2)
	pairs = set()
	for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", rest):
	    fg, bg = value(body, ["color"]), value(body, ["background"])
	    for own in ([bg] if bg else ["--bg", "--panel"]) if fg or bg else []:
	        pairs.add((fg or ("#fff" if "chip" in selector else "--fg"), own,
	                   "gradient" in body))
	bad = 0
	for theme, colours in themes.items():
	    for fg, bg, striped in sorted(pairs):
	        text, ground = channels(colours.get(fg, fg)), channels(colours.get(bg, bg))
	        grounds = [ground]
	        # The stripes of a known bug: a quarter of a grey over it.
	        if striped:
	            grounds.append([0.75 * x + 0.25 * 128 for x in ground])
	        for g in grounds:
	            if contrast(text, g) < 4.5:
	                print(f"{theme}: {fg} on {bg}: {contrast(text, g):.2f}", file=sys.stderr)
	                bad += 1
	print(len(pairs), "pairs")
	sys.exit(bad > 0)
	END
}

atf_test_case filters
filters_head()
{
	atf_set descr "Verify that filters in the address leave the rows and cells that fit"
	atf_set require.progs chromium
	atf_set timeout 600
}
filters_body()
{
	page plain
	browse plain.html
	atf_check_equal "17 of 17 contracts, 4 of 4 cells" "$(shown)"
	browse plain.html status=fail
	atf_check_equal "2 of 17 contracts, 4 of 4 cells" "$(shown)"
	atf_check_equal "no_stop fail" "$(echo $(rows))"
	# In the cells that are left only.
	browse plain.html 'status=fail&kernel=sid-amd64&abi=i386'
	atf_check_equal "1 of 17 contracts, 1 of 4 cells" "$(shown)"
	atf_check_equal "no_stop" "$(echo $(rows))"
	browse plain.html 'area=ptrace.seize&abi=i386'
	atf_check_equal "2 of 17 contracts, 2 of 4 cells" "$(shown)"
	# Text: of the name, of the contract's sentence, of a reason.
	browse plain.html q=HELPERS
	atf_check_equal "helpers" "$(echo $(rows))"
	browse plain.html 'q=without%20stopping%20the%20tracee'
	atf_check_equal "no_stop" "$(echo $(rows))"
	browse plain.html 'q=bug%20that%20is%20known'
	atf_check_equal "order" "$(echo $(rows))"
	browse plain.html 'status=bad&area=status.word'
	atf_check_equal "broken crashed fail flaky lost noboot nobuild timeout xpass" \
		"$(echo $(rows))"
	browse plain.html q=nothing-of-that-name
	atf_check_equal "0 of 17 contracts, 4 of 4 cells" "$(shown)"
}

atf_test_case chosen
chosen_head()
{
	atf_set descr "Verify that a cell tells reason, output, version and contract, by click too"
	atf_set require.progs chromium
	atf_set timeout 600
}
chosen_body()
{
	page plain
	browse plain.html 'at=ptrace.seize.no_stop&cell=4'
	details >told
	atf_check -o match:'1 != 2' -o match:'stopped by 5' -o match:'7.0.4-amd64 \(7.0.4-1\)' \
		-o match:'PTRACE_SEIZE succeeds without stopping' -o match:'Linux 3.4' \
		-o match:'kmatrix run --kernel sid-amd64 --abi i386 --test ptrace.seize.no_stop' \
		cat told
	# Each of several cases; and a row, whose cells are listed.
	browse plain.html 'at=ptrace.seize.twice&cell=1'
	details >told
	atf_check -o match:'both_a' -o match:'both_b' -o match:'no such file' cat told
	browse plain.html 'at=seccomp.trace.order'
	details >told
	atf_check -o match:'xfail  bookworm-amd64/i386' cat told
	# A click and keys, which a script of the test stands for: the policy of the page
	# forbids any but the page's own, so the test's copy goes without it.
	cat >drive.js <<-'END'
	<script>
	const m = document.getElementById('matrix');
	const key = (e, k) => e.dispatchEvent(new KeyboardEvent('keydown', {key: k, bubbles: true}));
	m.tBodies[0].rows[1].cells[1].click();
	const first = document.getElementById('detail').textContent;
	key(document.activeElement, 'ArrowRight');
	key(document.activeElement, 'ArrowDown');
	key(document.activeElement, 'Enter');
	const second = document.getElementById('detail').textContent;
	key(document, 'Escape');
	document.title = [first.includes('bookworm-amd64'),
		first.includes('x86_64'), second.includes('twice'), second.includes('needs Linux 9'),
		document.getElementById('detail').hidden, location.hash === ''].join();
	</script>
	END
	sed 's/<meta http-equiv=Content-Security-Policy[^>]*>//' plain.html >driven.html
	cat drive.js >>driven.html
	browse driven.html
	atf_check -o match:'<title>true,true,true,true,true,true</title>' cat dom
}

atf_test_case hostile
hostile_head()
{
	atf_set descr "Verify that hostile text does nothing in the page, and is shown"
	atf_set require.progs chromium
	atf_set timeout 600
}
hostile_body()
{
	page hostile
	browse hostile.html 'at=hostile.skip.x&cell=2'
	atf_check -o match:'<title>kmatrix: run 1</title>' -o not-match:'<img' cat dom
	details >told
	atf_check -o match:'&lt;/script&gt;&lt;script&gt;' -o match:'\\x00\\x00' \
		-o match:'\\xe2\\x80\\xae' cat told
}

atf_test_case large
large_head()
{
	atf_set descr "Verify that a page of 2000 contracts in 33 cells is whole and stays small"
	atf_set require.progs chromium
	atf_set timeout 600
}
large_body()
{
	page large 2000 33
	[ "$(wc -c <large.html)" -lt 6000000 ] || atf_fail "$(wc -c <large.html) bytes"
	browse large.html 'status=fail&abi=x32&kernel=suite-3-amd64'
	atf_check_equal "20 of 2000 contracts, 1 of 33 cells" "$(shown)"
}

atf_init_test_cases()
{
	for t in markup contrast filters chosen hostile large; do
		atf_add_test_case $t
	done
}
