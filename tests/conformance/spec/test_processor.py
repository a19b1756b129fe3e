from __future__ import annotations

import pytest

from conformance.spec import processor

FLAGS = "processor\t: 0\nflags\t\t: fpu avx512f avx512_fp16 amx_bf16\nbugs\t\t: one\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (FLAGS, (True, True)),
        (FLAGS.replace(" amx_bf16", ""), (True, False)),
        (FLAGS.replace("avx512_fp16", "avx512_fp16x"), (False, True)),
        ("Features : fp asimd\n", (False, False)),
        (None, (False, False)),
    ],
)
def test_features_are_read_where_there_are_any(text, found, tmp_path, monkeypatch):
    file = tmp_path / "cpuinfo"
    if text is not None:
        file.write_text(text)
    monkeypatch.setattr(processor, "_CPUINFO", file)
    monkeypatch.setattr(processor, "processor_flags", processor.processor_flags.__wrapped__)
    assert (processor.has_float16_arithmetic(), processor.has_bfloat16_tiles()) == found
