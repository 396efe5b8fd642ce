"""One file for every place that a generator writes to, and files of everyday words."""

from __future__ import annotations

import json

from generator_cast import (
    ARTIST,
    CREDIT,
    DESCRIPTION,
    FLOW,
    FOOOCUS,
    GRAPH,
    LAW,
    LAW_NAME,
    LINES,
    NOVEL,
    TOKEN,
    XMP_LAW,
    app13,
    comment,
    profile,
    user_comment,
)
from heif_cast import avif, heic
from provenance_cast import MAKE, MODEL, SOFTWARE, exif, jpeg, packet, png, webp

# name: file, its media type, and the only claim that is to be found
MARKED = {
    "A1111 in PNG": (png({"parameters": LINES}), "image/png", "png_text:AUTOMATIC1111 or alike"),
    "A1111 in JPEG": (
        jpeg(exif=user_comment(LINES)),
        "image/jpeg",
        "exif_user_comment:AUTOMATIC1111 or alike",
    ),
    "A1111 in WebP": (
        webp(exif=user_comment(LINES)),
        "image/webp",
        "exif_user_comment:AUTOMATIC1111 or alike",
    ),
    "A1111 in AVIF": (
        avif(exif=user_comment(LINES)),
        "image/avif",
        "exif_user_comment:AUTOMATIC1111 or alike",
    ),
    "A1111 in HEIC": (
        heic(exif=user_comment(LINES)),
        "image/heic",
        "exif_user_comment:AUTOMATIC1111 or alike",
    ),
    "A1111 as a description": (
        jpeg(exif=exif({DESCRIPTION: LINES})),
        "image/jpeg",
        "exif_description:AUTOMATIC1111 or alike",
    ),
    "A1111 in a JPEG comment": (
        jpeg(segments=comment(LINES)),
        "image/jpeg",
        "jpeg_comment:AUTOMATIC1111 or alike",
    ),
    "A1111 in another order": (
        png({"parameters": f"{TOKEN}\nSampler:Euler,Seed:4,Steps:9"}),
        "image/png",
        "png_text:AUTOMATIC1111 or alike",
    ),
    "A1111 in JPEG, in another order": (
        jpeg(exif=user_comment(f"{TOKEN}\nSampler:Euler,Seed:4,Steps:9")),
        "image/jpeg",
        "exif_user_comment:AUTOMATIC1111 or alike",
    ),
    "ComfyUI in PNG": (png({"prompt": GRAPH, "workflow": FLOW}), "image/png", "png_text:ComfyUI"),
    "ComfyUI in WebP": (webp(exif=exif({MODEL: f"prompt:{GRAPH}"})), "image/webp", "exif_model:ComfyUI"),
    "ComfyUI's flow in WebP": (
        webp(exif=exif({MAKE: f"workflow:{FLOW}"})),
        "image/webp",
        "exif_make:ComfyUI",
    ),
    "NovelAI": (png({**NOVEL, "Software": "NovelAI"}), "image/png", "png_text:NovelAI"),
    "NovelAI without its name": (png(NOVEL), "image/png", "png_text:NovelAI"),
    "Fooocus without its name": (png({"parameters": FOOOCUS}), "image/png", "png_text:Fooocus"),
    "Fooocus in JPEG": (jpeg(exif=user_comment(FOOOCUS, "ascii")), "image/jpeg", "exif_user_comment:Fooocus"),
    "Easy Diffusion": (
        png({"prompt": TOKEN, "use_stable_diffusion_model": "sd"}),
        "image/png",
        "png_text:Easy Diffusion",
    ),
    "Midjourney": (
        png({"Description": f"{TOKEN} --v 6.1 Job ID: 0a0a"}),
        "image/png",
        "png_text:Midjourney",
    ),
    "mflux": (
        jpeg(exif=user_comment(json.dumps({"mflux_version": "1", "prompt": TOKEN}))),
        "image/jpeg",
        "exif_user_comment:mflux",
    ),
    "Grok": (
        jpeg(
            exif=exif(
                {DESCRIPTION: "Signature: " + "Ab9/" * 20, ARTIST: "01234567-89ab-cdef-0123-456789abcdef"}
            )
        ),
        "image/jpeg",
        "exif_description:xAI",
    ),
    "an older credit line": (
        jpeg(segments=app13((2, 80, TOKEN.encode()), (2, 110, CREDIT.encode()))),
        "image/jpeg",
        "iptc_credit:Google AI",
    ),
    "an older program line": (
        jpeg(segments=app13((2, 65, b"Midjourney"), (2, 120, TOKEN.encode()))),
        "image/jpeg",
        "iptc_program:Midjourney",
    ),
    "a credit line in XMP": (
        jpeg(xmp=packet(f'<rdf:Description xmlns:p="p" p:Credit="{CREDIT}" p:Headline="{TOKEN}"/>')),
        "image/jpeg",
        "xmp_credit:Google AI",
    ),
    "a creator tool": (
        png(xmp=packet('<rdf:Description xmlns:p="p" p:CreatorTool="Draw Things"/>')),
        "image/png",
        "xmp_creator_tool:Draw Things",
    ),
    "a comment in XMP": (
        webp(xmp=packet(f'<rdf:Description xmlns:p="p" p:UserComment="{LINES}"/>')),
        "image/webp",
        "xmp_user_comment:AUTOMATIC1111 or alike",
    ),
    "the law in PNG": (png({"AIGC": LAW}), "image/png", f"png_text:{LAW_NAME}"),
    "the law in PNG under another key": (png({"Comment": LAW}), "image/png", f"png_text:{LAW_NAME}"),
    "the law in EXIF": (
        jpeg(exif=user_comment(LAW, "ascii")),
        "image/jpeg",
        f"exif_user_comment:{LAW_NAME}",
    ),
    "the law in EXIF, bare": (
        webp(exif=user_comment(json.dumps({"Label": "1", "ContentProducer": TOKEN}))),
        "image/webp",
        f"exif_user_comment:{LAW_NAME}",
    ),
    "the law in EXIF's description": (
        jpeg(exif=exif({DESCRIPTION: LAW})),
        "image/jpeg",
        f"exif_description:{LAW_NAME}",
    ),
    "the law in XMP": (
        avif(xmp=packet(XMP_LAW.format(f"><T:AIGC>{LAW}</T:AIGC></rdf:Description>"))),
        "image/avif",
        f"xmp_aigc:{LAW_NAME}",
    ),
    "the law in XMP as an attribute": (
        jpeg(xmp=packet(XMP_LAW.format(' T:AIGC=\'{"Label":"1"}\'/>'))),
        "image/jpeg",
        f"xmp_aigc:{LAW_NAME}",
    ),
    "the law in XMP as fields": (
        jpeg(xmp=packet(XMP_LAW.format('><T:AIGC T:Label="1"/></rdf:Description>'))),
        "image/jpeg",
        f"xmp_aigc:{LAW_NAME}",
    ),
    "a profile with EXIF": (
        png(profile("exif", b"Exif\0\0" + user_comment(LINES))),
        "image/png",
        "exif_user_comment:AUTOMATIC1111 or alike",
    ),
    "a profile with IPTC": (
        png(profile("8bim", app13((2, 110, CREDIT.encode()))[18:])),
        "image/png",
        "iptc_credit:Google AI",
    ),
}

ORDINARY = [
    png({"Comment": '{"sampler": "a quiet instrument"}', "Description": "A field", "Title": "Steps: 3"}),
    png({"Description": "A quiet field. Job ID: 77", "Source": "A scanner", "Comment": "Created with GIMP"}),
    png({"parameters": "exposure: 3, gain: 4, offset: 5, tilt: 6"}),
    png({"Software": "Paint", "seed": "of a poppy", "Author": "Prompt: none", "AIGCX": "1"}),
    png({"data": '{"Label":"2"}', "labels": '"Label": "3", "Contents"'}),
    png(profile("exif", b"Exif\0\0" + exif({SOFTWARE: "GIMP 2.10"}))),
    jpeg(segments=comment("Steps of the town hall, sampler of stones, prompt service")),
    jpeg(exif=user_comment("Steps: the old ones. Sampler: my aunt's, with seeds")),
    jpeg(exif=exif({DESCRIPTION: "Signature: Rita", ARTIST: "01234567-89ab-cdef-0123-456789abcdef"})),
    jpeg(exif=user_comment("exposure: 1, gain: 2, offset: 3, tilt: 4")),
    jpeg(segments=app13((2, 110, b"Rita's agency"), (2, 65, b"Adobe Photoshop"), (2, 5, b"AI report"))),
    jpeg(xmp=packet('<rdf:Description xmlns:p="p" p:Credit="Google" p:UserComment="Steps: none"/>')),
    jpeg(xmp=packet('<rdf:Description xmlns:t="t" t:Software="Adobe Lightroom" t:AIGCFree="yes"/>')),
    webp(exif=user_comment('{"a": 1, "b": {"c": [2, 3]}}')),
]
