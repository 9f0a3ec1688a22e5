"""How the documentation is built: everything from this repository, nothing from the network."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "extensions"), str(HERE.parent)]

import hansa  # noqa: E402  after the path is set

project = "Hansa"
copyright = "the Hansa authors, Apache-2.0"
version = release = hansa.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "docstrings", "generated_pages", "mathml"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "extensions"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "separated"  # a dataclass is explained by its fields
default_role = "literal"

html_theme = "furo"
html_title = "Hansa"
html_copy_source = False
html_show_sourcelink = False
