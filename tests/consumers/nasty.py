"""Values that break front matter, Markdown, templates and file names: for titles, authors, categories and bodies."""

from random import Random

# Every value is used as a title, an author and a category.
VALUES = (
    # quotes, colons, comments, indicators of YAML
    "It's", "'quoted'", '"quoted"', "he said 'no' and \"yes\"", "''", '"', "ends with '", "'begins", "a: b", "a:b", "a:", ":a",
    "记者: 张三", "a：b:　c", "a #b", "# a", "#", "@x", "%a", "`a`", "* a", "*a", "&a", "!a", "!!str a", "|", "|-", ">", "> a", "? a",
    "- a", "-", "a - b", "a -", "[a", "[a](b)", "]", "{a", "}", "a, b", ",a", "a; b", "a;b;c", "a;", "\\", "\\n", "a\\", "C:\\x", "<<", "=", "!",
    # values that look like another type, or like the end of the front matter
    "yes", "No", "on", "Off", "true", "FALSE", "null", "Null", "~", "n", "Y", "123", "-1", "+1", "1.0", "1e5", "e+5", "1,000", "1_000", "0x1f",
    "0o17", "017", "0b1", "1:30", "12:30:45", "2021-09-03", "2021-09-03 07:43:10", "2021-09-03T07:43:10Z", ".nan", "inf", "-.INF", ".5", "5.",
    "---", "--- a", "a ---", "...", "a...", "-- a", "+++", "===", "***", "___", ";;;", "title: 'x'", "date: 2021-01-01", "layout: none",
    # template engines
    "{{ 7*7 }}", "{{", "}}", "{% include x.html %}", "{% nosuchtag %}", "{% raw %}", "{% endraw %}", "{{< youtube x >}}", "{{% x %}}", "{# x #}",
    "{{ site.title }}", "<%= 7*7 %>", "${7*7}", "#{7*7}", "{: .x }", "{filename}/x.md", "|filename|x.md", "{author}", "[[x]]", "$1 \\1 $&", "%s %(a)s %d",
    # HTML and Markdown
    "<b>bold", "</h1></article>", "</script><script>alert(1)</script>", "<!-- more -->", "<!--", "-->", "]]>", "<![CDATA[x]]>", "&amp;", "&lt;b&gt;", "&#123;",
    "a & b", "R&D", "AT&T;", "&nbsp;", "a < b > c", "**a**", "_a_", "~~a~~", "```", "~~~", "![a](b)", "http://x.com/?a=1&b=2", "a(c) (tm) -- ...", "[^1]", "1. a",
    # scripts, signs and lengths
    "😀", "👨‍👩‍👧‍👦", "a😀b", "36氪", "C++", "C#", "张三/李四", "a/b", "/", "//", "../..", "..", "...a", ".a", "a.b.c", "中\u3000文", "a\xa0b", "a\u200bb", "a\u202eb", "e\u0301",
    "\ue000", "\ufffd", "“引”", "「引」", "？", "：", "عربى", "日本語", "题" * 300, "a b " * 75 + "end", "'" * 60, "财经:快讯", "a?b", "a*b", "index", "con", "a%b", "100%", "?", "a|b",
)  # fmt: skip

# Values that do not get from a page into the front matter: they are put into a post directly.
RAW = (
    "a\x00b", "\x07a", "a\x1bb", "a\x7fb", "a\x80b", "a\x9fb", "a\nb", "a\n---\nb", "a\r\n\r\nb", "a\tb", "\ta", "a\x0bb", "a\x0cb", "a\x85b", "a\u2028b", "a\u2029b",
    "a\u2028---\u2029b", "\ufeffa", "a\ufeffb", "a\ufffeb", "a\uffffb", "a\ufdd0b", "a\U0001fffeb", "a\ud83db", "\udc00a", "a\ud83d", "\u3000a\u3000", "\xa0a\xa0", " a ",
    "a:\u3000b", "a:\xa0b", "a:\tb", "a\t#b", "a\n- b", "a\n: b", "'\n'", "a\x00: b", "\x00- a", "y\x00", "\ufeff---", "12\x003", "~\ud83d",
)  # fmt: skip

# Content of a page's container after a first paragraph.
BODIES = (
    "<p>{{ 7*7 }} {% x %} {# y #}</p>", "<p>{{ open {% bad</p>", "<p>{% raw %}</p><p>{% endraw %}</p>", "<p>{% include x.html %}</p>", "<p>{{< youtube w7Ft >}} {{% x %}}</p>",
    '<p><a href="https://x.com/{{ site.url }}?a={% x %}">{ braces }</a></p>', "<p>&#123;&#123; 1 &#125;&#125; &lbrace;% x %&rbrace;</p>",
    "<p>{: .x }</p><p>{::comment}</p><p>{:/}</p><p>{filename}/x.md |filename|x.md {static}/y</p>", "<p>&lt;%= 7*7 %&gt; ${7*7} #{1}</p>",
    "<p>---</p><p>...</p><p>+++</p>", "---\n---\ntitle: x\n---\n<p>a</p>", "<p>\n---\n</p>\n---\n<p>title: x</p>", "<hr><p>a</p><hr>", "<p>***</p><p>___</p><p>===</p>\n===\n",
    "```\ncode\n```", "<p>```</p><p>```js</p>", "~~~\ncode\n~~~", "<pre>```\n{{ x }}\n```\n~~~\n    four blanks\n</pre>", "<pre>\n\n\n    a\n\n\tb\n</pre>",
    "<pre><code>if (a < b && c) { return `x`; }\n</code></pre>", "\n\n\n    four blanks, bare\n\n\n\ttab\n\n", "<p>a</p>\n\n\n<p>b</p>\n\n    <p>c</p>",
    "# head\n\n* item\n* item\n\n1. one\n2. two\n\n> quoted\n", "<p># head</p><p>* item</p><p>1. one</p><p>&gt; quoted</p>", "<p>**bold** _it_ ~~s~~ `c` [a](b) ![a](b) &lt;http://x.com&gt;</p>",
    "<p>[1]: http://x.com</p><p>[^1]: note</p><p>*[HTML]: abbr</p><p>Term\n: Definition</p>", "\n[1]: http://x.com\n[^1]: note\n*[HTML]: abbr\n", "<p>a | b\n--- | ---\n1 | 2</p>",
    "<p>http://x.com/a_b_c www.x.com a@x.com</p>", "<p>\"straight\" 'quotes' -- --- ... (c) (tm) 1/2</p>", "<p>a\\*b \\\\ \\n $1 \\1 $& $$x^2$$ \\(y\\)</p>",
    "<p>a<b>b<i>c</p><p>d", "<div><p>unclosed", "</div></div></p><p>a</span></section></article>", "<p>a</b></i></p></body></html><p>b", "<b><p>a</b></p><i>", "<p>a<p>b<p>c",
    "<ul><li>a<li>b<ul><li>c</ul></ul>", "<ol start=3><li>a</li></ol>", "<blockquote>a<blockquote>b</blockquote></blockquote>", "<h2>a</h2><h3>b <b>c</b></h3><h2></h2>",
    "<table border=1><tr><th>a</th><th>b</th></tr><tr><td>1</td><td colspan=2>2</td></tr></table>", "<table><tr><td>a<td>b<tr><td>c<td>d</table>",
    "<table><tr><td><pre>a\n\n    b</pre></td><td>{{ x }}</td></tr><tr><td>```</td><td>---</td></tr></table>", "<p>a<![CDATA[ <b>c</b> ]]>b</p>", "<p>&lt;![CDATA[x]]&gt;</p>",
    "<p>a<!-- more -->b</p><!-- more --><p>c</p>", "<!--more--><p>&lt;!-- more --&gt; &lt;!--more--&gt;</p>", "<p>a<!-- {{ x }} {% y %} --->b</p>", "<!-- excerpt --><p>a</p><!-- end -->",
    "<p>a<?php echo 1; ?>b</p><?xml version='1.0'?>", "<script>var a = '{{ x }}</p>';</script><style>p { color: red }</style><p>a</p>", "<svg><text>a</text></svg><math><mi>x</mi></math><p>b</p>",
    '<p onclick="x()" style="a{b}">a</p><a href="javascript:alert(1)">b</a>', '<p><img src="//n.sinaimg.cn/a b.jpg" alt="it\'s \'{{ x }}\' -- &quot;q&quot; > <b>"></p>',
    '<p><img src="//n.sinaimg.cn/1.jpg" alt="a\n\nb\n---\n```">a</p>', '<p><a href="https://x.com/?a=1&b=2&copy=3&lt=4#f">a</a> <a href="//x.com/%7B%7B">b</a></p>',
    '<p><a href="https://x.com/a|b|c">a</a> <a href="https://x.com/a b\'c">b</a></p>', '<p cms-style="font-L">a <font cms-style="strong-Bold">b</font> c</p>',
    "<p>a\x00b\x07c\x1bd\x0be\x0cf</p>", "<p>a&#0;b&#7;c&#27;d&#128;e&#x1F;f</p>", "<p>a&#xD83D;b&#xDE00;c&#xFFFE;d</p>", "<p>a\x85b\u2028c\u2029d\ufeffe\u200bf\u202eg</p>",
    "<p>a\u2028```\u2028---\u2028# b</p>", "<p>a\x85\x85    b</p>", "<p>😀 👨‍👩‍👧‍👦 \U0001f1e8\U0001f1f3 e\u0301 \ue000 \ufffd</p>", "<p>a\xa0\xa0b\u3000\u3000c &nbsp; d &ensp;e</p>",
    "<p>R&D AT&T; &amp;lt; &amp;amp; &copy &copy; &notit; &lt;b&gt; a < b > c</p>", "<p>&amp;#123;&amp;#123; x &amp;#125;</p>", "<p>" + "长" * 5000 + "</p>", "<p>" + "<b>" * 60 + "a</p>", "<div>" * 80 + "a",
    "<p>a<br><br>b<br>---<br>c</p>", "<details><summary>a</summary>b</details>", "<center>a</center><font color=red>b</font><marquee>c</marquee>", "<p>a</p>b<p>c</p>d",
    "<p>1986\\. A</p><p>+ a</p><p>- a</p><p>- [ ] a</p><p>:smile: :+1:</p>", "<p>==a== ++b++ H~2~O x^2^ !!! note</p>", "<p>[toc] [TOC] [[_TOC_]] @[x](y) ::: warning</p>",
)  # fmt: skip

ALPHABET = "'\"\\:#-?,[]{}&*!|>%@`~=<.+;/$^()_0123456789eExXoOntyTF \t\n\r\x00\x07\x1b\x7f\x85\x9f\u2028\u2029\u3000\xa0\ufeff\ufffe\ud83d\udc00😀中文ab"


def strange(rng: Random, most: int = 24) -> str:
    """A random text of special characters that is not blank."""
    return "".join(rng.choices(ALPHABET, k=rng.randint(1, most))) + rng.choice("中a9")


def soup(rng: Random) -> str:
    """Random content of a container: special characters, unclosed tags, and values of `BODIES`."""
    tags = "<p> </p> <p> <div> </div> <b> </i> <pre> </pre> <ul><li> <table><tr><td> <td> <br> <blockquote> <h3> <!-- -->".split()
    return "".join(rng.choice((rng.choice(tags), strange(rng, 40), rng.choice(BODIES), "\n")) for _ in range(12))
