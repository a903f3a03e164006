"""The model's files import each other as Triton lets them: from the folder of their version."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "triton_models" / "llm" / "1"))
