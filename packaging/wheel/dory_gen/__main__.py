"""`python -m dory_gen`: becomes the executable."""

import os
import sys

from dory_gen import executable

path = executable()
os.execv(path, [path, *sys.argv[1:]])
