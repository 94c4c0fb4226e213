"""The deployment compiler dory-gen, as an executable in a Python package."""

import os
import pathlib
import sysconfig


def executable() -> str:
    """The path of the executable that was installed with this package.

    Raises FileNotFoundError where somebody has taken it away.
    """
    schemes = [None, sysconfig.get_preferred_scheme("user")]
    folders = [sysconfig.get_path("scripts", scheme) if scheme else sysconfig.get_path("scripts") for scheme in schemes]
    # `pip install --target` puts a folder `bin` beside the package.
    folders.append(pathlib.Path(__file__).resolve().parent.parent / "bin")
    for folder in folders:
        path = os.path.join(folder, "dory-gen")
        if os.path.isfile(path):
            return path
    raise FileNotFoundError("dory-gen is in none of " + ", ".join(map(str, folders)))
