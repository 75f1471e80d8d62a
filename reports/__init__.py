"""What is computed and printed. Start with `compare.build_comparison` (cells in, a `Comparison` out), `summary` for
regions and series, `criteria` for norms, `quarterly` for what a printed report holds, and `pdf.render` for its bytes.

Frames come in through `frames.check`; values that go out are frozen; nothing here knows HTTP, SQL or the time.
"""
