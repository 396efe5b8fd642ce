"""The one style of a report's page, and the policy that lets in this style and nothing else."""

from __future__ import annotations

import base64
import hashlib

STYLE = """
:root{color-scheme:light dark;--ground:#f5f5f1;--surface:#fff;--ink:#1c2427;--soft:#505a5f;--line:#dedfd8;
--accent:#1d5a66;--good:#23663f;--good-soft:#e2f0e6;--warn:#7d5200;--warn-soft:#f8eed8;--bad:#a1342c;--bad-soft:#f9e6e3}
@media(prefers-color-scheme:dark){:root{--ground:#13181b;--surface:#1a2124;--ink:#e3e8e9;--soft:#a5b0b5;--line:#2c363a;
--accent:#82c8d2;--good:#86cfa0;--good-soft:#173023;--warn:#e2b765;--warn-soft:#362a12;--bad:#f0a49d;--bad-soft:#3d201d}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,"DejaVu Sans",sans-serif}
main{max-width:66rem;margin:0 auto;padding:2.25rem 1.25rem 3.5rem}
h1{font-size:1.875rem;line-height:1.2;margin:.1rem 0 .5rem;letter-spacing:-.01em}
h2{font-size:1.2rem;margin:0 0 .35rem}
h3{font-size:1rem;margin:1.1rem 0 .2rem}
p{margin:.35rem 0 .75rem;max-width:46rem}
.over{margin:0;color:var(--soft);font-size:.875rem}
.quiet{color:var(--soft);font-size:.9375rem}
section{background:var(--surface);border:1px solid var(--line);border-radius:.625rem;padding:1.25rem 1.4rem;
margin:1.1rem 0}
.verdict{border-left:.375rem solid var(--mark);background:var(--tone);border-radius:.375rem;padding:.8rem 1.1rem;
margin:1.2rem 0;font-size:1.0625rem}
.verdict p{margin:.15rem 0;max-width:none}
.clean{--mark:var(--good);--tone:var(--good-soft)}
.hits{--mark:var(--bad);--tone:var(--bad-soft)}
.errors{--mark:var(--warn);--tone:var(--warn-soft)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:.75rem;margin:1.1rem 0;padding:0}
.figures div{background:var(--surface);border:1px solid var(--line);border-radius:.625rem;padding:.8rem 1rem}
.figures dt{color:var(--soft);font-size:.875rem}
.figures dd{margin:0;font-size:1.6rem;line-height:1.25;font-variant-numeric:tabular-nums}
.pair{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:1.5rem;align-items:start}
figure{margin:.5rem 0;max-width:40rem}
figcaption{color:var(--soft);font-size:.875rem}
svg{display:block;width:100%;height:auto}
.scroll{overflow-x:auto}
.long{max-height:22rem;overflow:auto}
.scroll:focus-visible,.long:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;margin:.5rem 0;font-size:.9375rem}
caption{text-align:left;color:var(--soft);font-size:.875rem;padding-bottom:.25rem}
th,td{border-bottom:1px solid var(--line);padding:.35rem .6rem .35rem 0;text-align:left;vertical-align:top}
thead th{color:var(--soft);font-weight:600;font-size:.875rem}
tbody th{font-weight:500}
.wide table{min-width:38rem}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
code{font:.875em/1.4 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
ul{padding-left:1.2rem;margin:.35rem 0}
li{margin:.3rem 0;max-width:48rem}
@media(max-width:48rem){.pair{grid-template-columns:minmax(0,1fr)}main{padding:1.25rem .8rem 2.5rem}section{padding:1rem}}
@media print{body{background:#fff}section{break-inside:avoid}.long{max-height:none}}
"""

POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-"
    f"{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)
"""No script, no picture, no font, nothing from elsewhere; the style above by its digest."""
