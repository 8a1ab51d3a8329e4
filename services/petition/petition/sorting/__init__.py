"""Suggests what a petition is (分类建议): kind, topic, danger, department, tenant, each with confidence and reasons.

Readable rules (``rules.toml``) and a model that learned from labelled messages (``model.py``) each give weights to the
same labels; the sum decides (``suggest.py``). Everything here is pure but the reading and writing of files.
"""

from pathlib import Path

MODELS = Path(__file__).with_name("models")
"""The models that come with the service."""
